# As systemd does for a socket unit and its service: holds a port, and starts the program again whenever it ends.
# hold.py PORT PROGRAM WORDS...; prints the process id of each start; ends with the program on SIGTERM.
import ctypes, os, signal, socket, subprocess, sys

port = sys.argv[1]
held = socket.socket()
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
held.bind(("127.0.0.1", int(port)))
held.listen(4096)
os.dup2(held.fileno(), 3)
os.set_inheritable(3, True)  # dup2 leaves it as it is when it is 3 already
environment = dict(os.environ, LISTEN_FDS="1", LISTEN_FDNAMES=port)
child = None
is_ending = False


def end(*_):
    global is_ending
    is_ending = True  # it waits for the program already, and not twice
    os.kill(child.pid, signal.SIGTERM)


signal.signal(signal.SIGTERM, end)
ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: it ends with the test, however that ends
while not is_ending:
    words = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *sys.argv[2:]]
    child = subprocess.Popen(words, env=environment, close_fds=False)
    print(child.pid, flush=True)
    child.wait()
