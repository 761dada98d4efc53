# As systemd does for a socket unit and its service: holds a port, and starts the program again whenever it ends.
# hold.py PORT PROGRAM WORDS...; prints the process id of each start; ends with the program on SIGTERM.
import os, signal, socket, subprocess, sys

port = sys.argv[1]
held = socket.socket()
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
held.bind(("127.0.0.1", int(port)))
held.listen(4096)
os.dup2(held.fileno(), 3, inheritable=True)
environment = dict(os.environ, LISTEN_FDS="1", LISTEN_FDNAMES=port)
child = None


def end(*_):
    child.terminate()
    child.wait()
    os._exit(0)


signal.signal(signal.SIGTERM, end)
while True:
    words = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *sys.argv[2:]]
    child = subprocess.Popen(words, env=environment, close_fds=False)
    print(child.pid, flush=True)
    child.wait()
