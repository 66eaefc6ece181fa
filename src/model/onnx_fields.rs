//! The numbers of the fields of ONNX's messages that are used here, by the names that `onnx.proto`
//! has for them (IR version 9): `graph::NODE` is the field `node` of a `GraphProto`.

pub(super) mod model {
    pub const IR_VERSION: u64 = 1;
    pub const PRODUCER_NAME: u64 = 2;
    pub const GRAPH: u64 = 7;
    pub const OPSET_IMPORT: u64 = 8;
}

pub(super) mod operator_set {
    pub const DOMAIN: u64 = 1;
    pub const VERSION: u64 = 2;
}

pub(super) mod graph {
    pub const NODE: u64 = 1;
    pub const NAME: u64 = 2;
    pub const INITIALIZER: u64 = 5;
    pub const INPUT: u64 = 11;
    pub const OUTPUT: u64 = 12;
}

pub(super) mod node {
    pub const INPUT: u64 = 1;
    pub const OUTPUT: u64 = 2;
    pub const NAME: u64 = 3;
    pub const OP_TYPE: u64 = 4;
    pub const ATTRIBUTE: u64 = 5;
}

pub(super) mod attribute {
    pub const NAME: u64 = 1;
    pub const FLOAT: u64 = 2;
    pub const INT: u64 = 3;
    pub const STRING: u64 = 4;
    pub const TENSOR: u64 = 5;
    pub const FLOATS: u64 = 7;
    pub const INTS: u64 = 8;
    pub const TYPE: u64 = 20;

    /// What an attribute holds, in its field `type`.
    pub mod kind {
        pub const FLOAT: i64 = 1;
        pub const INT: i64 = 2;
        pub const STRING: i64 = 3;
        pub const TENSOR: i64 = 4;
        pub const INTS: i64 = 7;
    }
}

pub(super) mod tensor {
    pub const DIMS: u64 = 1;
    pub const DATA_TYPE: u64 = 2;
    pub const FLOAT_DATA: u64 = 4;
    pub const INT32_DATA: u64 = 5;
    pub const INT64_DATA: u64 = 7;
    pub const NAME: u64 = 8;
    pub const RAW_DATA: u64 = 9;
    pub const DOUBLE_DATA: u64 = 10;
    pub const UINT64_DATA: u64 = 11;
    pub const EXTERNAL_DATA: u64 = 13;
}

/// An entry of a tensor's `external_data`.
pub(super) mod entry {
    pub const KEY: u64 = 1;
    pub const VALUE: u64 = 2;
}

/// The name of an input or output, and its type.
pub(super) mod value_info {
    pub const NAME: u64 = 1;
    pub const TYPE: u64 = 2;
}

pub(super) mod value_type {
    pub const TENSOR_TYPE: u64 = 1;
}

pub(super) mod tensor_type {
    pub const ELEM_TYPE: u64 = 1;
    pub const SHAPE: u64 = 2;
}

pub(super) mod shape {
    pub const DIM: u64 = 1;
}

/// A size: a number, or a name for one that is open.
pub(super) mod dimension {
    pub const DIM_VALUE: u64 = 1;
    pub const DIM_PARAM: u64 = 2;
}
