// What other libraries call it, which ones, and what it is here: an expression that compiles (a
// test sees to that), with what differs, in English and in Chinese. A name with a dot stands behind
// a value. The macro `names!` is that of whoever includes this file.

names! {
    given {
        let (a, b, x) = (Tensor::eye(4), Tensor::eye(4), Tensor::eye(4));
        let w = tensor(1.0).requires_grad();
        let (images, logits, p) = (Tensor::zeros(&[4, 1, 4, 4]), Tensor::eye(4), Tensor::eye(4));
        let y = tensor([0, 1, 0, 1]);
        let (labels, predicted, loss) = (y.clone(), y.clone(), w.square());
        let scores = tensor([0.1, 0.9, 0.2, 0.8]);
        let (train, test) = data::digits(20).split(0.8);
        let (mut model, layer) = (Sequential::new(), Dense::new(4, 4));
        let mut optimizer = Adam::default();
        let history = History::default();
    }

    about "Layers" "层";
    ["Linear"] "PyTorch" => Dense::new(784, 128); "" "";
    ["Conv2d"] "PyTorch" => Conv2D::new(1, 8, 3);
        "In this order: channels, filters, size of the window." "参数依次是：输入通道数、卷积核个数、窗口大小。";
    ["Conv1d"] "PyTorch" => Conv1D::new(1, 8, 3);
        "In this order: channels, filters, size of the window." "参数依次是：输入通道数、卷积核个数、窗口大小。";
    ["MaxPool2d", "MaxPooling2D"] "PyTorch, Keras" => MaxPool2D::new(2); "" "";
    ["MaxPool1d", "MaxPooling1D"] "PyTorch, Keras" => MaxPool1D::new(2); "" "";
    ["AvgPool2d", "AveragePooling2D"] "PyTorch, Keras" => AvgPool2D::new(2); "" "";
    ["GlobalAveragePooling2D", "GlobalAveragePooling1D", "AdaptiveAvgPool2d"]
        "Keras, PyTorch" => GlobalAvgPool::new(); "" "";
    ["BatchNorm1d", "BatchNorm2d", "BatchNorm"] "PyTorch" => BatchNormalization::new(8); "" "";
    ["LayerNorm"] "PyTorch" => LayerNormalization::new(8); "" "";
    ["Dropout2d", "SpatialDropout2D"] "PyTorch, Keras" => Dropout::new(0.5); "" "";
    ["LSTM"] "Keras, PyTorch" => Lstm::new(8, 16); "In this order: features of a step, units."
        "参数依次是：每一步的特征数、单元数。";
    ["GRU"] "Keras, PyTorch" => Gru::new(8, 16); "In this order: features of a step, units."
        "参数依次是：每一步的特征数、单元数。";
    ["SimpleRNN", "RNN"] "Keras, PyTorch" => SimpleRnn::new(8, 16);
        "In this order: features of a step, units." "参数依次是：每一步的特征数、单元数。";
    ["MultiheadAttention"] "PyTorch" => MultiHeadAttention::new(32, 4); "" "";
    ["PositionalEncoding"] "PyTorch" => SinePositionEncoding::new(); "" "";
    ["Input", "InputLayer"] "Keras" => Sequential::new().input(&[784]);
        "The shape of one sample, without the batch." "这里写一个样本的形状，不包括批量那一维。";
    ["ReLU", "relu"] "PyTorch, Keras" => x.relu();
        "As a layer: `.add(Relu)`, or `Dense::new(784, 128).relu()`."
            "作为层使用：`.add(Relu)`，或者 `Dense::new(784, 128).relu()`。";
    ["LeakyReLU"] "PyTorch, Keras" => Sequential::new().add(LeakyRelu); "" "";
    ["GELU"] "PyTorch" => Sequential::new().add(Gelu); "" "";
    ["SiLU", "Swish"] "PyTorch, Keras" => Sequential::new().add(Silu); "" "";
    ["ELU"] "PyTorch, Keras" => Sequential::new().add(Elu); "" "";
    ["LogSoftmax"] "PyTorch" => x.log_softmax(-1); "" "";
    ["xavier_uniform_", "glorot_uniform", "GlorotNormal"]
        "PyTorch, Keras" => Dense::new(4, 4).initializer(Init::GlorotUniform);
        "This is what layers do unless told otherwise." "层默认就是这样初始化的。";
    ["kaiming_normal_", "kaiming_uniform_", "he_normal"]
        "PyTorch, Keras" => Dense::new(4, 4).initializer(Init::HeUniform); "" "";

    about "Models" "模型";
    [".append", ".add_module"]
        "PyTorch" => Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10));
        "Layers are given one after the other when the model is made." "在创建模型时依次加入各层。";
    [".children", ".modules"] "PyTorch" => model.layers(); "" "";
    [".get_layer"] "Keras" => &model.layers()[0]; "By its number, from 0." "按序号取，从 0 开始。";
    [".named_parameters", ".trainable_variables", ".trainable_weights", ".get_weights", ".weights",
        ".variables"] "PyTorch, Keras" => model.parameters();
        "Each knows its name: `.name()`." "每个参数都有名字：`.name()`。";
    [".set_weights"] "Keras" => layer.weight.set_value(&Tensor::eye(4)); "One tensor at a time."
        "一次设置一个张量。";
    [".count_params"] "Keras" => model.summary().parameters(); "" "";
    [".state_dict", ".save_weights", "save_model", "dump"]
        "PyTorch, Keras" => model.save("model.safetensors")?; "" "";
    [".load_state_dict"] "PyTorch" => model.load_weights("model.safetensors")?;
        "Into a model with the same layers, which is built first." "先建好层相同的模型，再把权重读进去。";
    ["load_model", "from_file", "from_pretrained"]
        "Keras" => Sequential::load("model.safetensors")?;
        "A file of weights alone is read into a model that is built first: \
        `model.load_weights(\"model.safetensors\")?`."
        "只有权重的文件要读进已经建好的模型：`model.load_weights(\"model.safetensors\")?`。";
    ["clone_model", "deepcopy"] "Keras, Python" => model.clone(); "With weights of its own."
        "副本有自己的一份权重。";
    [".freeze", ".requires_grad_"] "PyTorch" => layer.set_trainable(false);
        "In a model: `model.layers()[0].set_trainable(false);`; when it is built: \
        `.add(Dense::new(4, 4).trainable(false))`."
        "在模型里：`model.layers()[0].set_trainable(false);`；创建时：`.add(Dense::new(4, \
        4).trainable(false))`。";
    [".unfreeze"] "PyTorch" => layer.set_trainable(true); "" "";
    [".predict_proba", ".call"] "scikit-learn, Keras" => model.predict(&x); "" "";
    [".eval"] "PyTorch" => model.predict(&x);
        "`predict` uses the model as it is in use, `fit` as it learns: nothing has to be switched. \
        In a loop of your own: `no_grad(|| …)`."
        "`predict` 按使用时的方式计算，`fit` 按训练时的方式计算，不需要切换。自己写循环时用 `no_grad(|| …)`。";
    [".score"] "scikit-learn" => model.evaluate(&test).accuracy; "" "";
    ["LinearRegression"] "scikit-learn" => Sequential::new().add(Dense::new(3, 1)); "" "";
    ["LogisticRegression"] "scikit-learn" => Sequential::new().add(Dense::new(3, 1).sigmoid()); ""
        "";
    ["MLPClassifier"]
        "scikit-learn" => Sequential::new().add(Dense::new(4, 9).relu()).add(Dense::new(9, 3));
        "With `.softmax()` on the last layer for classes." "做分类时，最后一层加上 `.softmax()`。";
    ["plot_model"] "Keras" => model.summary();
        "As a picture: `plot::network(&model.parameters())`."
        "画成图：`plot::network(&model.parameters())`。";

    about "Losses" "损失";
    ["CrossEntropyLoss"] "PyTorch" => SparseCategoricalCrossentropy::from_logits();
        "For a model that ends in plain scores; after softmax it is \
        `SparseCategoricalCrossentropy`."
        "用于最后输出原始分数的模型；如果最后是 softmax，就用 `SparseCategoricalCrossentropy`。";
    ["cross_entropy"] "PyTorch" => logits.cross_entropy(&y); "" "";
    ["NLLLoss", "nll_loss"] "PyTorch" => logits.log_softmax(-1).nll_loss(&y); "" "";
    ["MSELoss", "mean_squared_error", "mse_loss", "mse"]
        "PyTorch, scikit-learn" => MeanSquaredError;
        "Of two tensors: `p.mse_loss(&y)`." "直接计算两个张量：`p.mse_loss(&y)`。";
    ["L1Loss", "mean_absolute_error", "mae"] "PyTorch, scikit-learn" => MeanAbsoluteError; "" "";
    ["BCELoss"] "PyTorch" => BinaryCrossentropy; "" "";
    ["BCEWithLogitsLoss", "binary_cross_entropy_with_logits"]
        "PyTorch" => logits.bce_with_logits(&p);
        "For `compile`: end the model with `.sigmoid()` and give `BinaryCrossentropy`, which \
        computes from the logits."
        "用于 `compile` 时：模型最后加 `.sigmoid()`，损失用 `BinaryCrossentropy`，它会从 logits 计算。";
    ["SmoothL1Loss", "HuberLoss"] "PyTorch" => Huber::new(1.0); "" "";
    ["KLDivLoss", "KLDivergence"] "PyTorch, Keras" => KlDivergence; "" "";

    about "Optimisers, schedules, callbacks" "优化器、学习率调度、回调";
    ["SGD"] "PyTorch, Keras" => Sgd::new(0.1); "With momentum: `Momentum::new(0.1, 0.9)`."
        "带动量：`Momentum::new(0.1, 0.9)`。";
    ["RMSprop", "RMSProp"] "PyTorch, Keras" => RmsProp::new(0.001); "" "";
    ["ADAM"] "" => Adam::default(); "" "";
    ["AdaGrad"] "" => Adagrad::new(0.01); "" "";
    [".momentum"] "PyTorch, Keras" => Momentum::new(0.1, 0.9); "" "";
    [".param_groups", ".lr"] "PyTorch" => optimizer.set_learning_rate(0.01); "" "";
    ["clip_grad_norm_"] "PyTorch" => clip_grad_norm(&model.parameters(), 1.0);
        "In `fit`: `.callback(ClipNorm(1.0))`." "在 `fit` 里：`.callback(ClipNorm(1.0))`。";
    ["clipnorm", ".clipnorm", "global_clipnorm"] "Keras" => ClipNorm(1.0);
        "Given to `fit` with `.callback(…)`." "用 `.callback(…)` 交给 `fit`。";
    ["StepLR"] "PyTorch" => Schedule::step(0.1, 100, 0.5);
        "It counts steps, not epochs: the rate, after how many steps, times what. `fit` takes it \
        with `.callback(…)`."
        "按步数而不是轮数计算：学习率、每隔多少步、乘以多少。用 `.callback(…)` 交给 `fit`。";
    ["MultiStepLR", "PiecewiseConstantDecay"]
        "PyTorch, Keras" => Schedule::custom(|step| if step < 500 { 0.1 } else { 0.01 }); "" "";
    ["ExponentialDecay", "ExponentialLR"] "Keras, PyTorch" => Schedule::exponential(0.1, 0.999);
        "The rate, and times what after each step. `fit` takes it with `.callback(…)`."
        "学习率，以及每一步之后乘以多少。用 `.callback(…)` 交给 `fit`。";
    ["CosineAnnealingLR", "CosineDecay"] "PyTorch, Keras" => Schedule::cosine(0.1, 1000);
        "The rate, and how many steps. `fit` takes it with `.callback(…)`."
            "学习率和总步数。用 `.callback(…)` 交给 `fit`。";
    ["LinearLR", "PolynomialDecay"] "PyTorch, Keras" => Schedule::linear(0.1, 1000);
        "The rate, and how many steps. `fit` takes it with `.callback(…)`."
            "学习率和总步数。用 `.callback(…)` 交给 `fit`。";
    ["OneCycleLR"] "PyTorch" => Schedule::one_cycle(0.1, 1000); "" "";
    ["InverseTimeDecay"] "Keras" => Schedule::custom(|step| 0.1 / (1.0 + 0.01 * step as f64)); ""
        "";
    ["LambdaLR", "LearningRateScheduler"]
        "PyTorch, Keras" => Schedule::custom(|step| 0.1 / (1.0 + 0.01 * step as f64));
        "It counts steps, not epochs. `fit` takes it with `.callback(…)`."
            "按步数而不是轮数计算。用 `.callback(…)` 交给 `fit`。";
    ["get_linear_schedule_with_warmup"] "transformers" => Schedule::linear(0.1, 1000).warm_up(100);
        "" "";
    ["ReduceLROnPlateau"] "PyTorch, Keras" => ReduceOnPlateau::new(0.5, 3);
        "Times what, after how many epochs." "乘以多少，等待多少轮。";
    ["ModelCheckpoint"] "Keras" => Checkpoint::new("best.safetensors");
        "Given to `fit` with `.callback(…)`." "用 `.callback(…)` 交给 `fit`。";
    ["LambdaCallback", ".on_epoch_end"]
        "Keras" => model.fit(&train).on_epoch(|epoch, row| println!("{epoch}: {}", row.loss)); ""
        "";
    [".scheduler"] "PyTorch" => model.fit(&train).callback(Schedule::cosine(0.1, 1000)); "" "";
    ["CSVLogger", "TensorBoard", "SummaryWriter"] "Keras, PyTorch" => model.history();
        "`fit` shows the curves while it trains." "`fit` 训练时会实时画出曲线。";

    about "Training" "训练";
    [".validation_data"] "Keras" => model.fit(&train).validation(&test); "" "";
    [".callbacks"] "Keras" => model.fit(&train).callback(EarlyStopping::new(5)); "One at a time."
        "一次给一个。";
    [".sample_weight", ".class_weights"]
        "Keras, scikit-learn" => model.fit(&train).class_weight(&[1.0, 5.0]);
        "One number for each class." "每个类别一个数。";
    ["compute_class_weight"] "scikit-learn" => train.class_weights(); "" "";
    [".train", ".train_on_batch", ".partial_fit", ".fit_transform"]
        "PyTorch, Keras" => model.fit(&train).epochs(10).run(); "" "";
    [".learning_rate_schedule"] "Keras" => model.fit(&train).callback(Schedule::cosine(0.1, 1000));
        "" "";
    [".history"] "Keras" => history.loss(); "Others: `.accuracy()`, `.val_loss()`, `.get(\"…\")`."
        "其他指标：`.accuracy()`、`.val_loss()`、`.get(\"…\")`。";

    about "Metrics" "指标";
    ["Precision"]
        "Keras" => precision(&predicted).against(&labels);
        "Not in `compile`, but later: `let predicted = model.predict_classes(&test.x);`"
            "不写进 `compile`，而是在训练之后统计类别：`let predicted = model.predict_classes(&test.x);`";
    ["precision_score"]
        "scikit-learn" => precision(&predicted).against(&labels);
        "After the training, of classes: `let predicted = model.predict_classes(&test.x);`"
            "在训练之后统计类别：`let predicted = model.predict_classes(&test.x);`";
    ["Recall"]
        "Keras" => recall(&predicted).against(&labels);
        "Not in `compile`, but later: `let predicted = model.predict_classes(&test.x);`"
            "不写进 `compile`，而是在训练之后统计类别：`let predicted = model.predict_classes(&test.x);`";
    ["recall_score"]
        "scikit-learn" => recall(&predicted).against(&labels);
        "After the training, of classes: `let predicted = model.predict_classes(&test.x);`"
            "在训练之后统计类别：`let predicted = model.predict_classes(&test.x);`";
    ["accuracy_score"] "scikit-learn" => predicted.eq(&labels).mean().item();
        "For probabilities of the model: `accuracy(&p, &y)`." "如果是模型给出的概率：`accuracy(&p, &y)`。";
    ["SparseCategoricalAccuracy", "BinaryAccuracy", "CategoricalAccuracy"] "Keras" => Accuracy; ""
        "";
    ["r2_score", "R2Score"] "scikit-learn, Keras" => 1.0 - p.mse_loss(&a) / a.var();
        "Of predictions `p` and true values `a`." "其中 `p` 是预测值，`a` 是真实值。";
    ["TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy"] "Keras" => TopK(5); "" "";

    about "Data" "数据";
    ["train_test_split", ".train_test_split", "random_split"]
        "scikit-learn, PyTorch" => train.split(0.8);
        "Gives both parts: `let (train, test) = data.split(0.8);`."
            "同时得到两部分：`let (train, test) = data.split(0.8);`。";
    ["DataLoader", ".loader"] "PyTorch" => train.shuffled().batches(32);
        "`for batch in … { batch.x, batch.y }`" "`for batch in … { batch.x, batch.y }`";
    ["TensorDataset", "from_tensor_slices"] "PyTorch, TensorFlow" => Dataset::new(&x, &y); "" "";
    [".batch"] "TensorFlow" => train.batches(32); "" "";
    [".shuffle"] "TensorFlow" => train.shuffled(); "" "";
    ["read_csv", "read_table"] "pandas" => data::read_csv("iris.csv", "species")?;
        "The second is the column to predict." "第二个参数是要预测的列。";
    ["loadtxt", "genfromtxt"] "NumPy" => data::read_csv("iris.csv", "species")?;
        "The second is the column to predict." "第二个参数是要预测的列。";
    ["load_iris", "load_breast_cancer", "fetch_openml"]
        "scikit-learn" => data::read_csv("iris.csv", "species")?;
        "Data sets are read from your own files; the second is the column to predict."
            "数据集要从自己的文件读取；第二个参数是要预测的列。";
    ["load_digits"] "scikit-learn" => data::digits(1000); "" "";
    ["load_data", "MNIST"] "Keras, PyTorch" => data::mnist("mnist")?;
        "From a folder with the four files. Without files: `data::digits(12_000)`."
            "从放着那四个文件的文件夹读取。没有文件时用 `data::digits(12_000)`。";
    ["make_moons"] "scikit-learn" => data::two_moons(200, 0.1); "" "";
    ["make_circles"] "scikit-learn" => data::circles(200, 0.1); "" "";
    ["make_blobs"] "scikit-learn" => data::blobs(200, 3, 0.5); "" "";
    ["StandardScaler"] "scikit-learn" => train.standardised();
        "Test data as the training data: `test.standardised_like(&train)`."
            "测试数据用训练数据的均值和标准差：`test.standardised_like(&train)`。";
    ["MinMaxScaler"] "scikit-learn" => (&x - x.min()) / (x.max() - x.min()); "" "";
    ["to_categorical", "OneHotEncoder", "get_dummies"] "Keras, scikit-learn" => y.one_hot(10); ""
        "";
    [".layer"] "Keras" => model.layers()[0]; "" "";
    [".target_names"] "scikit-learn" => &train.classes; "" "";
    [".describe", ".info"] "pandas" => &train;
        "As the last line of a cell a data set says what is in it." "数据集写在单元格最后一行，就会显示它的概况。";
    [".head"] "pandas" => train.take(5); "" "";
    [".iloc"] "pandas" => train.select(&[0, 1, 2]); "" "";
    ["savez", "savez_compressed"] "NumPy" => data::write_npz("arrays.npz", &[("x", &x)])?; "" "";

    about "Tensors" "张量";
    ["manual_seed", "set_seed", "set_random_seed", "random_seed"] "PyTorch, Keras" => seed(42); ""
        "";
    ["from_numpy", "as_tensor", "asarray", "FloatTensor", "Variable", "Parameter", "array"]
        "PyTorch, NumPy" => tensor([[1.0, 2.0], [3.0, 4.0]]);
        "With a gradient: `tensor(…).requires_grad()`. From an array of ndarray: \
        `Tensor::from(array)`."
        "需要梯度时：`tensor(…).requires_grad()`。从 ndarray 的数组：`Tensor::from(array)`。";
    ["zeros", "empty"] "NumPy, PyTorch" => Tensor::zeros(&[2, 3]); "" "";
    ["zeros_like"] "NumPy, PyTorch" => Tensor::zeros(x.shape()); "" "";
    ["ones"] "NumPy, PyTorch" => Tensor::ones(&[2, 3]); "" "";
    ["ones_like"] "NumPy, PyTorch" => Tensor::ones(x.shape()); "" "";
    ["full", "full_like"] "NumPy, PyTorch" => Tensor::full(&[2, 3], 0.5); "" "";
    ["arange"] "NumPy, PyTorch" => Tensor::arange(0.0, 10.0, 1.0); "" "";
    ["linspace"] "NumPy, PyTorch" => Tensor::linspace(0.0, 1.0, 11); "" "";
    ["eye", "identity"] "NumPy, PyTorch" => Tensor::eye(3); "" "";
    ["randn", "standard_normal"] "NumPy, PyTorch" => Tensor::randn(&[2, 3]); "" "";
    ["rand"] "NumPy, PyTorch" => Tensor::rand(&[2, 3]); "" "";
    ["randint", "choice"] "NumPy, PyTorch" => random::index(10); "" "";
    ["randperm"] "PyTorch" => random::permutation(10); "" "";
    [".view", ".resize"] "PyTorch" => x.reshape(&[2, 8]); "" "";
    [".ravel"] "NumPy" => x.reshape(&[x.len()]); "" "";
    [".T", ".mT", ".transpose", ".swapaxes"] "NumPy, PyTorch" => x.t();
        "Other axes: `.permute(&[0, 2, 1])`." "其他轴：`.permute(&[0, 2, 1])`。";
    [".size", ".get_shape"] "PyTorch" => x.shape(); "" "";
    [".ndim", ".dim", ".ndimension"] "NumPy, PyTorch" => x.rank(); "" "";
    [".numel", ".nelement"] "PyTorch" => x.len(); "" "";
    ["expand_dims", "newaxis"] "NumPy" => x.unsqueeze(0); "" "";
    [".numpy", ".to_numpy", ".to_ndarray"] "PyTorch" => x.value();
        "An array of ndarray; a `Vec`: `.to_vec()`." "得到 ndarray 的数组；要 `Vec` 就用 `.to_vec()`。";
    [".tolist", ".values"] "NumPy" => x.to_vec(); "" "";
    [".cuda", ".cpu", ".to", ".device"] "PyTorch" => &x;
        "Everything is computed on the processor: leave it out." "一切都在 CPU 上计算：去掉这一步即可。";
    [".astype", ".float", ".double", ".half", ".dtype"] "NumPy, PyTorch" => &x;
        "All numbers in tensors are of one type, `f32`: leave it out." "张量里的数都是 `f32`：去掉这一步即可。";
    ["cat", "concatenate", "hstack"] "PyTorch, NumPy" => Tensor::concat(&[&a, &b], 1);
        "The last is the axis." "最后一个参数是轴。";
    ["vstack"] "NumPy" => Tensor::concat(&[&a, &b], 0); "The last is the axis." "最后一个参数是轴。";
    [".chunk", ".array_split"] "PyTorch, NumPy" => x.split(0, &[2, 2]); "" "";
    [".repeat", ".tile", ".broadcast_to"] "PyTorch, NumPy" => tensor([1.0, 2.0]).expand(&[3, 2]);
        "" "";
    [".mm", ".bmm", ".dot", "einsum"] "PyTorch, NumPy" => a.matmul(&b); "" "";
    [".mul", "multiply"] "PyTorch, NumPy" => &a * &b; "" "";
    [".clip"] "NumPy" => x.clamp(-1.0, 1.0); "" "";
    [".norm"] "PyTorch" => x.square().sum().sqrt(); "" "";
    [".log"] "NumPy, PyTorch" => x.ln(); "" "";
    [".log1p"] "NumPy, PyTorch" => x.ln_1p(); "" "";
    [".expm1"] "NumPy, PyTorch" => x.exp_m1(); "" "";
    [".masked_fill"] "PyTorch" => Tensor::where_(&x.gt(&tensor(0.0)), &x, &tensor(0.0)); "" "";
    ["argsort", ".sort", "sort"]
        "NumPy, PyTorch" => { let mut values = x.to_vec(); values.sort_by(f32::total_cmp); };
        "Sorting has no gradient: sort the numbers." "排序没有梯度：把数值取出来再排序。";
    [".iter_rows"] "Polars" => for i in 0..x.shape()[0] { println!("{}", x.row(i)); }; "" "";
    [".at", ".iat"] "pandas, C++" => x.get(&[0, 0]); "One position for each axis."
        "每个轴写一个下标。";
    [".get_row", ".select", ".nth"] "PyTorch" => x.row(0); "" "";
    [".stop_gradient", "stop_gradient"] "TensorFlow" => x.detach(); "" "";
    ["autograd"] "PyTorch" => grads(&loss, &[&w]); "" "";
    [".assign", ".copy_", ".set_data", ".set", ".set_item", ".itemset", ".index_put_"]
        "TensorFlow, PyTorch" => w.set_value(&tensor(2.0)); "" "";
    [".zero_grad", ".zero_"] "PyTorch" => zero_grad(&model.parameters()); "Before each `backward`."
        "每次 `backward` 之前调用。";

    about "Pictures" "画图";
    [".plot", "plot"] "Matplotlib" => plot::curve(&x, &y);
        "The last expression of a cell is shown." "单元格最后一个表达式会显示出来。";
    ["plot::line", "plot::plot"] "" => plot::curve(&x, &y);
        "Several curves in one figure: `plot::curves`." "多条曲线画在一张图里：`plot::curves`。";
    ["plot::image", "plot::picture", "plot::show_images"] "" => plot::images(&images, &[]);
        "The list has the titles, and may be empty." "后面的列表是每张图的标题，可以为空。";
    ["plot::title"] "Matplotlib" => plot::curve(&x, &y).title("training"); "" "";
    ["plot::show", "plot::figure"] "Matplotlib" => plot::curve(&x, &y);
        "A figure is shown when it is the last line of a cell, without a semicolon."
            "图写在单元格的最后一行、不加分号，就会显示。";
    ["hist"] "Matplotlib" => plot::histogram(&x); "" "";
    ["imshow", "matshow"] "Matplotlib" => plot::heatmap(&x);
        "Images of a batch: `plot::images(&images, &[])`." "一批图像：`plot::images(&images, &[])`。";
    ["barplot", "bar"] "Matplotlib" => plot::bars(&["a", "b"], &[1.0, 2.0]); "" "";
    ["ConfusionMatrixDisplay"] "scikit-learn" => plot::confusion(&Tensor::eye(2), &["a", "b"]); ""
        "";
    [".xlabel", ".set_xlabel", "xlabel"] "Matplotlib" => plot::curve(&x, &y).x_label("epoch"); ""
        "";
    [".ylabel", ".set_ylabel", "ylabel"] "Matplotlib" => plot::curve(&x, &y).y_label("loss"); "" "";
    [".set_title"] "Matplotlib" => plot::curve(&x, &y).title("training"); "" "";
    [".yscale", ".set_yscale", "semilogy"] "Matplotlib" => plot::curve(&x, &y).log_y(); "" "";
    ["subplots", "subplot", ".add_subplot", "subplot_mosaic"]
        "Matplotlib" => plot::side_by_side([plot::histogram(&x), plot::histogram(&y)]);
        "Any figures; how many in a row: `.columns(1)`." "可以是任何图；每行几个：`.columns(1)`。";
    [".savefig", "savefig"] "Matplotlib" => plot::histogram(&x).save("picture.png")?;
        "As `picture.svg` it stays sharp at any size." "存为 `picture.svg` 则放大后仍然清晰。";
    ["legend", ".legend"] "Matplotlib" => plot::curves(&[("training", history.loss())]);
        "Each curve is given with its name." "每条曲线都和它的名字一起给出。";

    about "Python" "Python 语言";
    ["print"] "Python" => println!("{x:?}"); "" "";
    ["printf", "console", "System", "cout", "puts", "echo", "fmt", "disp"]
        "other languages" => println!("{x:?}"); "" "";
    ["null", "nil", "NULL", "undefined", "nullptr", "none"] "other languages" => None::<f32>;
        "Rust has no null: a value that may be missing is an `Option`, `Some(3.0)` or `None`."
        "Rust 没有空指针：可能没有的值用 `Option` 表示，是 `Some(3.0)` 或 `None`。";
    ["sleep"] "Python" => std::thread::sleep(std::time::Duration::from_secs(1)); "" "";
    ["PI", "pi"] "Python, NumPy" => std::f64::consts::PI; "" "";
    ["enumerate"] "Python" => [1.0, 2.0].iter().enumerate();
        "`for (i, value) in list.iter().enumerate() { … }`"
        "`for (i, value) in list.iter().enumerate() { … }`";
    ["zip"] "Python" => [1, 2].iter().zip([3, 4]); "" "";
    ["reversed"] "Python" => [1, 2].iter().rev(); "" "";
    ["sorted"] "Python" => { let mut values = vec![2, 1]; values.sort(); };
        "Numbers with a fraction: `values.sort_by(f32::total_cmp)`."
        "小数用 `values.sort_by(f32::total_cmp)`。";
    ["int"] "Python" => 3.7_f32 as i32; "Of a text: `\"7\".parse::<i32>()?`."
        "从文本得到整数：`\"7\".parse::<i32>()?`。";
    ["dict"] "Python" => std::collections::HashMap::from([("a", 1)]); "" "";
    ["list"] "Python" => vec![1, 2, 3]; "From an iterator: `.collect::<Vec<_>>()`."
        "从迭代器得到列表：`.collect::<Vec<_>>()`。";
    ["open"] "Python" => std::fs::read_to_string("notes.txt")?; "" "";
    ["pow"] "Python" => 2.0_f32.powi(3); "" "";
    ["isinstance"] "Python" => std::any::type_name_of_val(&x);
        "A variable has one type, which the compiler knows." "每个变量只有一种类型，编译器知道是哪一种。";
    ["backend", "is_available", "empty_cache"] "PyTorch" => &x;
        "Everything is computed on the processor: leave it out." "一切都在 CPU 上计算：去掉这一步即可。";
    ["len"] "Python" => train.len(); "" "";
    ["range"] "Python" => 0..10; "`for i in 0..10 { … }`" "`for i in 0..10 { … }`";
    ["tqdm"] "Python" => progress(0..10); "" "";
    ["True"] "Python" => true; "" "";
    ["False"] "Python" => false; "" "";
    ["str"] "Python" => x.to_string(); "" "";
    ["float"] "Python" => loss.item(); "" "";
}
