"""A hub for the users of this machine, with their own passwords: sudo PATH=/opt/hub/bin:$PATH jupyterhub -f jupyterhub_config.py

Port 8000 speaks plain HTTP: beyond one room put a server with a certificate before it, or set `c.JupyterHub.ssl_cert` and `ssl_key`.
"""

import sys

c = get_config()  # noqa: F821
c.JupyterHub.bind_url = "http://:8000"
c.JupyterHub.db_url = "sqlite:////var/lib/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "/var/lib/jupyterhub_cookie_secret"
# Who may come: users of the machine, of this group. Its name is that of your class.
c.Authenticator.allowed_groups = {"users"}
c.PAMAuthenticator.admin_groups = {"sudo"}

c.Spawner.cmd = [f"{sys.prefix}/bin/jupyterhub-singleuser"]
c.Spawner.default_url = "/lab/tree/course"
# The kernel obeys it, and says so in its messages.
c.Spawner.mem_limit = "2G"
c.Spawner.environment = {"PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"}
# Many come at the full hour.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
