"""The run script in a small checkout of its own, with only what a test puts there on PATH."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("cat", "chmod", "cksum", "dirname", "find", "grep", "id", "mkdir", "mv", "ps", "readlink")
MORE_TOOLS = ("rm", "rmdir", "sh", "sleep", "tail")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

# A real interpreter for every question `run` asks, but making a venv and filling it are pretended.
PYTHON = """\
#!/bin/sh
echo "$@" >>"{bin}/python.log"
case "$1 $2" in
"-m venv")
    for dir; do :; done
    mkdir -p "$dir/bin"
    cat "$0" >"$dir/bin/python"
    cat "{bin}/fake-wsdash" >"$dir/bin/wsdash"
    chmod +x "$dir/bin/python" "$dir/bin/wsdash" ;;
"-m pip") . "{bin}/pip" ;;
"-m pytest") shift 2; echo "pytest $*" ;;
*) PYTHONPATH="{bin}/lib${{PYTHONPATH:+:$PYTHONPATH}}" exec "{real}" "$@" ;;
esac
"""
# `run` goes on with the base executable: that must lead back to the pretender.
SITE = "import sys\nsys._base_executable = {python!r}\n"
WSDASH = '#!/bin/sh\necho "wsdash $*"\n'


class Checkout:
    """A checkout that holds nothing but what `run` reads, and the PATH it is run with."""

    def __init__(self, home: Path) -> None:
        self.root = home / "check out"
        self.bin = home / "bin"
        (self.root / "app/wsdash").mkdir(parents=True)
        (self.bin / "lib").mkdir(parents=True)
        shutil.copy(ROOT / "run", self.root)
        shutil.copy(ROOT / "pyproject.toml", self.root)
        (self.root / "requirements.lock").write_text("rich==15.0.0\n")
        (self.root / "tests").mkdir()
        (self.root / "tests/requirements.lock").write_text("pyarrow==26.0.1\n")
        for tool in TOOLS + MORE_TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
        self.command("sudo", "")
        self.path = str(self.bin)

    def command(self, name: str, body: str) -> Path:
        """Puts a command on PATH."""
        file = self.bin / name
        file.write_text(body if body.startswith("#!") else f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return file

    def python(self, name: str = f"python{VERSION}", *, pip: str = "exit 0") -> None:
        """Puts a working interpreter on PATH whose `pip` is the given shell text."""
        file = self.command(name, PYTHON.format(bin=self.bin, real=sys.executable))
        (self.bin / "lib/sitecustomize.py").write_text(SITE.format(python=str(file)))
        (self.bin / "pip").write_text(pip)
        (self.bin / "fake-wsdash").write_text(WSDASH)

    def start(self, *args: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Starts `sh run`, by its name alone when it is started from the checkout."""
        cwd = cwd or self.root
        script = "run" if cwd == self.root else str(self.root / "run")
        return subprocess.Popen(
            [shutil.which("sh") or "/bin/sh", script, *args],
            cwd=cwd,
            env={"PATH": self.path},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *args: str, cwd: Path | None = None) -> tuple[int, str, str]:
        """Its exit code, stdout and stderr."""
        process = self.start(*args, cwd=cwd)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def asked(self, words: str) -> int:
        """How many times Python was asked something."""
        log = self.bin / "python.log"
        return log.read_text().count(words) if log.exists() else 0

    def builds(self) -> int:
        """How many times a venv was made."""
        return self.asked("-m venv")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


# What is missing is named in one line that can be typed.


@pytest.mark.parametrize(
    ("manager", "line"),
    [
        ("apt-get", "sudo apt install python3-venv"),
        ("dnf", "sudo dnf install python3"),
        ("apk", "sudo apk add python3"),
        ("pacman", "sudo pacman -S python"),
        ("none", "brew install python"),
    ],
)
def test_without_any_python_says_what_to_type(checkout: Checkout, manager: str, line: str) -> None:
    checkout.command(manager, "")
    assert checkout.run() == (69, "", f"wsdash: needs Python 3.11 or newer. Type: {line}\n")


def test_where_python_is_too_old_names_a_newer_one(checkout: Checkout) -> None:
    checkout.command("apt-get", "")
    checkout.command("python3", '[ "$1" != -P ]')
    code, out, err = checkout.run()
    assert (code, out) == (69, "")
    assert err.endswith("Type: sudo apt install python3.11-venv\n")


def test_python_without_venv_names_the_package_of_its_version(checkout: Checkout) -> None:
    checkout.command("apt-get", "")
    checkout.python("python3")
    (checkout.bin / "lib/ensurepip.py").write_text("raise ImportError\n")
    code, out, err = checkout.run()
    assert (code, out) == (69, "")
    assert err.count("\n") == 1
    assert err.endswith(f"Type: sudo apt install python{VERSION}-venv\n")
    assert not (checkout.root / ".venv").exists()


def test_root_without_sudo_is_not_told_to_use_it(checkout: Checkout) -> None:
    checkout.command("apt-get", "")
    (checkout.bin / "sudo").unlink()
    (checkout.bin / "id").unlink()
    checkout.command("id", "echo 0")
    assert checkout.run()[2].endswith("Type: apt install python3-venv\n")


# The first interpreter that works, not the first that is there.


def test_dead_shims_are_passed_over(checkout: Checkout) -> None:
    shims = checkout.bin.parent / "shims"
    shims.mkdir()
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "uv"):
        (shims / name).write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
        (shims / name).chmod(0o755)
    checkout.python(f"python{VERSION}")
    checkout.path = f"{shims}:{checkout.bin}"
    code, out, err = checkout.run("tail")
    assert (code, out) == (0, "wsdash tail\n")
    assert "not found" not in err


def test_uv_fills_the_venv_where_there_is_no_pip(checkout: Checkout) -> None:
    checkout.python(pip="exit 1")
    (checkout.bin / "lib/ensurepip.py").write_text("raise ImportError\n")
    uv = checkout.command("uv", 'echo "$@" >>"$0.log"')
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")
    asked = (checkout.bin / f"{uv.name}.log").read_text()
    assert "--require-hashes" in asked
    assert "--no-deps" in asked


def test_pip_takes_over_where_uv_fails(checkout: Checkout) -> None:
    checkout.python()
    checkout.command("uv", '[ "$1" = --version ]')
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")


# Arguments, folders, exit codes and signals pass untouched.


def test_opens_the_demo_when_nothing_is_said(checkout: Checkout) -> None:
    checkout.python()
    code, out, err = checkout.run()
    assert (code, out) == (0, "wsdash demo\n")
    assert err.startswith("wsdash: building .venv with Python 3.")


def test_the_program_stands_in_the_callers_folder(checkout: Checkout, tmp_path: Path) -> None:
    checkout.python()
    (checkout.bin / "fake-wsdash").write_text('#!/bin/sh\npwd -P\nprintf "<%s>" "$@"\n')
    _, out, _ = checkout.run("replay", "a file.jsonl", cwd=tmp_path)
    assert out == f"{tmp_path.resolve()}\n<replay><a file.jsonl>"


def test_a_link_to_run_finds_its_checkout(checkout: Checkout, tmp_path: Path) -> None:
    checkout.python()
    (tmp_path / "link").symlink_to(checkout.root / "run")
    done = subprocess.run(
        ["sh", "link", "venues"], cwd=tmp_path, env={"PATH": checkout.path}, capture_output=True
    )
    assert done.stdout == b"wsdash venues\n"


def test_tests_run_in_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    checkout.python()
    assert checkout.run("--tests", "-q", "a b", cwd=tmp_path)[:2] == (0, "pytest -q a b\n")


def test_exit_code_and_signal_are_the_programs_own(checkout: Checkout) -> None:
    checkout.python()
    (checkout.bin / "fake-wsdash").write_text('#!/bin/sh\n[ "$1" = 7 ] && exit 7\nkill -TERM $$\n')
    assert checkout.run("7")[0] == 7
    assert checkout.run("die")[0] == -signal.SIGTERM


# A venv is built again exactly when it has to be.


@pytest.fixture
def built(checkout: Checkout) -> Checkout:
    checkout.python()
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")
    assert checkout.builds() == 1
    return checkout


def test_a_good_venv_is_left_alone(built: Checkout) -> None:
    assert built.run("venues") == (0, "wsdash venues\n", "")
    assert built.builds() == 1


def test_a_good_venv_needs_no_other_python(built: Checkout) -> None:
    (built.bin / f"python{VERSION}").unlink()
    assert built.run("venues") == (0, "wsdash venues\n", "")


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_new_requirements_rebuild(built: Checkout, name: str) -> None:
    with (built.root / name).open("a") as file:
        file.write("# changed\n")
    built.run("venues")
    built.run("venues")
    assert built.builds() == 2


def test_a_moved_checkout_rebuilds(built: Checkout) -> None:
    built.root = built.root.rename(built.root.with_name("elsewhere"))
    built.run("venues")
    assert built.builds() == 2


def test_a_dead_interpreter_rebuilds(built: Checkout) -> None:
    python = built.root / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert built.run("venues")[:2] == (0, "wsdash venues\n")
    assert built.builds() == 2


def test_a_half_built_venv_is_not_trusted(built: Checkout) -> None:
    (built.root / ".venv/.built").unlink()
    (built.root / ".venv/half").touch()
    built.run("venues")
    assert built.builds() == 2
    assert not (built.root / ".venv/half").exists()


def test_a_failed_build_says_why_and_is_tried_again(checkout: Checkout) -> None:
    (checkout.root / "pyproject.toml").write_text('project = {dependencies = ["no-such-lib>=1"]}')
    checkout.python(pip="echo ERROR: no index reached; exit 1")
    code, out, err = checkout.run("venues")
    assert (code, out) == (69, "")
    assert "ERROR: no index reached" in err
    checkout.python()
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")


# What only tests need.


def test_only_who_tests_gets_what_only_tests_need_and_once(built: Checkout) -> None:
    beyond = f"--require-hashes -r {built.root}/tests/requirements.lock"
    assert built.asked(beyond) == 0
    for _ in range(2):
        assert built.run("--tests")[:2] == (0, "pytest \n")
        assert built.run("venues") == (0, "wsdash venues\n", "")
        assert (built.asked(beyond), built.builds()) == (1, 1)
    with (built.root / "tests/requirements.lock").open("a") as file:
        file.write("# changed\n")
    built.run("venues")
    assert built.asked(beyond) == 1
    built.run("--tests")
    assert (built.asked(beyond), built.builds()) == (2, 1)
    assert not (built.root / ".venv/.building").exists()


def test_tests_run_without_what_cannot_be_had_and_say_so(built: Checkout) -> None:
    built.python(pip="echo ERROR: no index reached; exit 1")
    code, out, err = built.run("--tests")
    assert (code, out) == (0, "pytest \n")
    assert "skip" in err
    assert "ERROR: no index reached" in (built.root / ".venv/build.log").read_text()
    built.python()
    assert "skip" not in built.run("--tests")[2]


# Several at once.


def test_two_at_once_build_once(checkout: Checkout) -> None:
    checkout.python(pip="sleep 0.3")
    both = [checkout.start("venues"), checkout.start("venues")]
    assert [process.communicate(timeout=30)[0] for process in both] == ["wsdash venues\n"] * 2
    assert checkout.builds() == 1
    assert not (checkout.root / ".venv/.building").exists()


def test_the_lock_of_a_dead_builder_is_inherited(checkout: Checkout) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    lock = checkout.root / ".venv/.building"
    lock.mkdir(parents=True)
    (lock / "pid").write_text(f"{gone.pid}\n")
    checkout.python()
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")
    assert not lock.exists()


def test_an_interrupted_build_leaves_neither_lock_nor_stamp(checkout: Checkout) -> None:
    lock = checkout.root / ".venv/.building"
    checkout.python(pip=f'kill -TERM "$(cat "{lock}/pid")"\n')
    assert checkout.run("venues")[0] == 128 + signal.SIGTERM
    assert not lock.exists()
    checkout.python()
    assert checkout.run("venues")[:2] == (0, "wsdash venues\n")
    assert checkout.builds() == 2


# No index, but an interpreter that has it all.


def test_without_an_index_a_full_interpreter_will_do(checkout: Checkout, tmp_path: Path) -> None:
    checkout.python(pip="exit 1")
    (checkout.root / "app/wsdash/__init__.py").touch()
    (checkout.root / "app/wsdash/__main__.py").write_text(
        "import os, sys\nprint(os.getcwd(), sys.argv[1:])"
    )
    (tmp_path / "rich.py").write_text("raise SystemExit('a stranger was imported')")
    code, out, err = checkout.run("venues", cwd=tmp_path)
    assert (code, out) == (0, f"{tmp_path.resolve()} ['venues']\n")
    assert "could not build .venv" in err
    assert not (checkout.root / ".venv/.built").exists()


def test_libraries_of_another_version_will_not_do(checkout: Checkout) -> None:
    checkout.python(pip="exit 1")
    project = checkout.root / "pyproject.toml"
    project.write_text('project = {dependencies = ["textual>=0.1,<1"]}')
    assert checkout.run("venues")[0] == 69


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    checkout.python()
    checkout.root.chmod(0o555)
    try:
        code, _, err = checkout.run("venues")
    finally:
        checkout.root.chmod(0o755)
    assert code == 73
    assert "cannot write to" in err


def test_shellcheck_finds_nothing() -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed")
    with contextlib.chdir(ROOT):
        subprocess.run([shellcheck, "run", ".ci/run"], check=True)
