"""Starts the kernel where gateway_provisioners wants it: takes what its provisioner puts into the command line, tells it the ports
and the key in its own way, and becomes the kernel.

`server_listener.py` of gateway_provisioners does the talking. It is found in the package, or beside this file, where
`kernel-launchers/shared/scripts/server_listener.py` was copied to a machine without the package (it needs pycryptodomex then).
"""

import argparse
import ctypes
import os
import signal
import sys
import tempfile

PR_SET_PDEATHSIG = 1


def listener_of_the_package():
    try:
        import gateway_provisioners

        package = os.path.dirname(gateway_provisioners.__file__)
        sys.path.append(os.path.join(package, "kernel-launchers/shared/scripts"))
    except ImportError:
        pass
    import server_listener

    return server_listener


def main():
    parser = argparse.ArgumentParser()
    for name in ("--kernel-id", "--response-address", "--public-key"):
        parser.add_argument(name, required=True)
    parser.add_argument("--port-range", default="0..0")
    parser.add_argument("kernel", nargs="+", help="the kernel's own command, without the connection file")
    arguments = parser.parse_args()
    lowest, highest = (int(port) for port in arguments.port_range.split(".."))

    # Only for its user, like the connection files of Jupyter.
    file, connection = tempfile.mkstemp(prefix=f"kernel-{arguments.kernel_id}-", suffix=".json")
    os.close(file)
    os.remove(connection)
    listener = listener_of_the_package().ServerListener(
        connection, os.getpid(), lowest, highest, arguments.response_address, arguments.kernel_id, arguments.public_key
    )
    port = listener.build_connection_file()
    kernel = os.getpid()
    if os.fork() == 0:
        # However the kernel ends, nothing is left listening.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == kernel:
            listener.process_requests(port)
        os._exit(0)
    os.execvp(arguments.kernel[0], [*arguments.kernel, connection])


if __name__ == "__main__":
    main()
