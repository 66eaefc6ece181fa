"""/etc/jupyter/jupyter_server_config.py: kernels listen at files of their user, not at ports that every user can reach."""

import atexit
import os
import shutil
import tempfile

from jupyter_core.paths import jupyter_runtime_dir

c = get_config()  # noqa: F821
c.KernelManager.transport = "ipc"

# The system takes no longer name for such a file, and home folders of an institution often have long ones: then the files are in
# a folder of their own, for this user alone, as long as the server runs.
LONGEST = 107
NAME = "kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-5"
if len(os.fsencode(os.path.join(jupyter_runtime_dir(), NAME))) > LONGEST:
    os.environ["JUPYTER_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="jupyter-")
    atexit.register(shutil.rmtree, os.environ["JUPYTER_RUNTIME_DIR"], ignore_errors=True)
