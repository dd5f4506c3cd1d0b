"""A PostgreSQL server for one test: Debian's, on a free port, in a folder of its own."""
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from free_ports import free_ports  # noqa: E402

BINARIES = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), None)


class Postgres:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dray-postgres-"))
        self.port = free_ports(1)[0]
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:  # which the server refuses to be
            shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "-D", self.folder / "data")
        self.start()

    def run(self, program, *arguments):
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*as_postgres, f"{BINARIES}/{program}", *arguments], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, timeout=120)

    def start(self):
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder}"
        self.run("pg_ctl", "-w", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-w", "-D", self.folder / "data", "-m", mode, "stop")

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder)


def main():
    """postgres.py COMMAND...: runs it with DRAY_TEST_DATABASE set."""
    if BINARIES is None:
        sys.exit("PostgreSQL is not installed (`make deps-test`)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or the server would outlive us
    server = Postgres()
    try:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DRAY_TEST_DATABASE": server.url}).returncode)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
