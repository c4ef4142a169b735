"""The build backend: PEP 517 and PEP 660 with nothing but Python, CMake and a C compiler.

BIP_INSTALLED=1 in the environment links the libbip that pkg-config finds; else libbip is built from the checkout, or
from the copy of it in a source distribution, and linked in. BIP_BUILD_DIR is where that happens, by default build/python
of the checkout. CFLAGS are passed on.
"""
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = "libbip"
INSTALLED = os.environ.get("BIP_INSTALLED", "") not in ("", "0")


def find_root():
    """Where the library's sources are: in a source distribution beside this file, in a checkout two folders up."""
    for root in (os.path.join(HERE, "library"), os.path.dirname(os.path.dirname(HERE))):
        if os.path.exists(os.path.join(root, "libbip", "include", "bip.h")):
            return root
    raise SystemExit("backend.py: the library's sources are not here")


ROOT = find_root()


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def version():
    return re.search(r"project\(bip VERSION ([0-9.]+)", read(ROOT, "CMakeLists.txt")).group(1)


def field(name):
    """A text of [project] in pyproject.toml; Python has a reader of TOML only from 3.11 on."""
    return re.search(rf'^{name} = "(.*)"$', read(HERE, "pyproject.toml"), flags=re.M).group(1)


def metadata():
    project = re.search(r"^\[project\]\n(.*?)^\[", read(HERE, "pyproject.toml"), flags=re.M | re.S).group(1)
    lines = ["Metadata-Version: 2.1", f"Name: {PROJECT}", f"Version: {version()}", f"Summary: {field('description')}",
             "License: MIT", f"Requires-Python: {field('requires-python')}"]
    lines += [f"Classifier: {c}" for c in re.findall(r'^    "(.*)",$', project, flags=re.M)]
    lines += ["Provides-Extra: pandas", 'Requires-Dist: pandas; extra == "pandas"',
              "Description-Content-Type: text/markdown"]
    return "\n".join(lines) + "\n\n" + read(HERE, "README.md")


def tag():
    platform = re.sub(r"[^A-Za-z0-9]", "_", sysconfig.get_platform())
    return f"cp39-abi3-{platform}"


# ---- the extension ----

def build_dir():
    default = os.path.join(HERE if ROOT.startswith(HERE) else ROOT, "build", "python")
    return os.environ.get("BIP_BUILD_DIR") or default


def build_extension():
    """The path of the module that was built. A second time only what has changed is built."""
    build = build_dir()
    configure = ["cmake", "-S", HERE, "-B", build, f"-DBIP_ROOT={ROOT}", f"-DBIP_INSTALLED={int(INSTALLED)}",
                 f"-DPYTHON_INCLUDE={sysconfig.get_path('include')}"]
    if not os.path.exists(os.path.join(build, "CMakeCache.txt")):
        configure += ["-DCMAKE_BUILD_TYPE=Release"] + (["-G", "Ninja"] if shutil.which("ninja") else [])
    for command in (configure, ["cmake", "--build", build, "--target", "_bip", "-j2"]):
        subprocess.run(command, check=True, stdout=sys.stderr)
    return os.path.join(build, "_bip.abi3.so")


def package_files():
    folder = os.path.join(HERE, "bip")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith((".py", ".pyi", ".typed"))]


# ---- wheels ----

class Wheel:
    """A zip file that keeps the list of what is in it, as RECORD wants it."""

    def __init__(self, folder):
        self.name = f"{PROJECT}-{version()}-{tag()}.whl"
        self.info = f"{PROJECT}-{version()}.dist-info"
        self.zip = zipfile.ZipFile(os.path.join(folder, self.name), "w", zipfile.ZIP_DEFLATED)
        self.record = []

    def add(self, name, data, mode=0o644):
        data = data.encode() if isinstance(data, str) else data
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same sources, the same wheel
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o100000 | mode) << 16
        self.zip.writestr(entry, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(data)}")

    def add_file(self, name, path, mode=0o644):
        with open(path, "rb") as f:
            self.add(name, f.read(), mode)

    def finish(self):
        for name, data in info_files().items():
            self.add(f"{self.info}/{name}", data)
        self.add_file(f"{self.info}/LICENSE", os.path.join(ROOT, "LICENSE"))
        self.zip.writestr(f"{self.info}/RECORD", "\n".join(self.record + [f"{self.info}/RECORD,,"]) + "\n")
        self.zip.close()
        return self.name


def info_files():
    wheel = f"Wheel-Version: 1.0\nGenerator: {PROJECT} backend\nRoot-Is-Purelib: false\nTag: {tag()}\n"
    return {"METADATA": metadata(), "WHEEL": wheel}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    extension = build_extension()
    wheel = Wheel(wheel_directory)
    for path in package_files():
        wheel.add_file("bip/" + os.path.basename(path), path)
    wheel.add_file("bip/_bip.abi3.so", extension, 0o755)
    return wheel.finish()


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The module goes beside the sources, and a .pth file points there."""
    shutil.copy(build_extension(), os.path.join(HERE, "bip"))
    wheel = Wheel(wheel_directory)
    wheel.add(f"{PROJECT}.pth", HERE + "\n")
    return wheel.finish()


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = f"{PROJECT}-{version()}.dist-info"
    os.makedirs(os.path.join(metadata_directory, name), exist_ok=True)
    for file, data in info_files().items():
        with open(os.path.join(metadata_directory, name, file), "w", encoding="utf-8") as f:
            f.write(data)
    return name


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def nothing_required(config_settings=None):
    return []


get_requires_for_build_wheel = get_requires_for_build_sdist = get_requires_for_build_editable = nothing_required


# ---- source distributions ----

LIBRARY = ("CMakeLists.txt", "LICENSE", "libbip")  # what it takes to build libbip
BINDING = ("CMakeLists.txt", "README.md", "backend.py", "bip", "pyproject.toml", "src")


def only_sources(entry):
    """No caches, nothing that was built; and nobody's name on it."""
    if re.search(r"__pycache__|\.so$|\.pyc$|libbip/doc(/|$)", entry.name):
        return None
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def build_sdist(sdist_directory, config_settings=None):
    base = f"{PROJECT}-{version()}"
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name in BINDING:
            tar.add(os.path.join(HERE, name), f"{base}/{name}", filter=only_sources)
        for name in LIBRARY:
            tar.add(os.path.join(ROOT, name), f"{base}/library/{name}", filter=only_sources)
        info = os.path.join(build_dir(), "PKG-INFO")
        os.makedirs(os.path.dirname(info), exist_ok=True)
        with open(info, "w", encoding="utf-8") as f:
            f.write(metadata())
        tar.add(info, f"{base}/PKG-INFO", filter=only_sources)
    return base + ".tar.gz"
