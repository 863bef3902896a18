#!/bin/sh
# Makes @tensorflow/tfjs-node, or @tensorflow/tfjs-node-gpu, work where the host of its install script cannot be reached, or with a newer
# TensorFlow than the 2.9.1 that it would fetch: the library comes from TensorFlow's wheel on PyPI, the addon is compiled here.
#
#   npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0
#   sh tfjs-node.sh [--gpu] [--tensorflow 2.18.1] [--in <project>]
#
# Linux on x64. Needs Node.js 20 or newer with npm, python3 with pip, a C++ compiler and make. Downloads 230 MB (--gpu: 620 MB) and leaves
# 680 MB (--gpu: 1.2 GB) in node_modules.
set -eu

package=@tensorflow/tfjs-node
wheel=tensorflow-cpu
version=2.18.1
project=.

fail() {
  echo "tfjs-node.sh: $1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --gpu)
      package=@tensorflow/tfjs-node-gpu
      wheel=tensorflow
      shift
      ;;
    --tensorflow | --in)
      [ $# -gt 1 ] || fail "$1 must have a value, got nothing. Write --tensorflow 2.18.1 or --in my-project."
      if [ "$1" = --in ]; then project=$2; else version=$2; fi
      shift 2
      ;;
    *) fail "the options must be --gpu, --tensorflow and --in, got \"$1\". Leave it out." ;;
  esac
done

system=$(uname -s)-$(uname -m)
[ "$system" = Linux-x86_64 ] || fail "the machine must be Linux-x86_64, got \"$system\". Run npm install $package with its scripts."
echo "$version" | grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+$' || fail "--tensorflow must be a version, got \"$version\". Write 2.18.1."
[ -d "$project" ] || fail "--in must be a folder, got \"$project\". Give the folder of your package.json."
for tool in node npm python3 make c++; do
  command -v "$tool" >/dev/null || fail "$tool must be there, got nothing. Install it."
done

cd "$project"
# Where Node.js finds the package from here: its link, with pnpm, is followed.
folder=$(node -p "require('path').dirname(require.resolve('$package/package.json', { paths: ['.'] }))" 2>/dev/null) ||
  fail "$package must be installed in \"$(pwd)\", got nothing. Run npm install --ignore-scripts $package@4.22.0 there."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "TensorFlow $version: fetching the wheel $wheel"
# The library inside is the same for each version of Python: any that has a wheel will do.
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform manylinux_2_17_x86_64 \
  --implementation cp --python-version 3.11 --abi cp311 --dest "$scratch" "$wheel==$version" ||
  fail "the wheel $wheel must be on PyPI for this version, got \"$version\". Run python3 -m pip index versions $wheel."

echo "unpacking the library and its headers into $folder/deps"
python3 -B - "$scratch" "$folder/deps" <<'PYTHON'
import os, shutil, sys, zipfile
from pathlib import Path

scratch, deps = map(Path, sys.argv[1:])
shutil.rmtree(deps, ignore_errors=True)
[wheel] = scratch.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        parts = name.split("/")
        if parts[:2] == ["tensorflow", "include"] and name.endswith(".h") and ("c" in parts or "ctstring" in parts[-1]):
            target = deps.joinpath("include", *parts[2:])
        elif parts[0] == "tensorflow" and len(parts) == 2 and ".so." in name and parts[1].startswith("libtensorflow"):
            target = deps / "lib" / parts[1]
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file)
# The names that the linker looks for. The wheel calls what was libtensorflow libtensorflow_cc; it has the functions of C as well.
for found, wanted in (("libtensorflow_cc.so.2", "libtensorflow.so"), ("libtensorflow_framework.so.2", "libtensorflow_framework.so")):
    if not (deps / "lib" / found).exists():
        sys.exit(f"tfjs-node.sh: the wheel must hold {found}, got {sorted(os.listdir(deps / 'lib'))}. Take TensorFlow 2.18.1.")
    (deps / "lib" / wanted).symlink_to(found)
PYTHON

echo "compiling the addon"
# Headers beside this Node.js spare node-gyp their download.
headers=$(node -p "require('path').resolve(process.execPath, '../..')")
set -- install --build-from-source
[ -f "$headers/include/node/node_api.h" ] && set -- "$@" "--nodedir=$headers"
tool=$(node -p "require('path').join(require('path').dirname(require.resolve('@mapbox/node-pre-gyp/package.json', { paths: ['$folder'] })), 'bin/node-pre-gyp')")
(cd "$folder" && node "$tool" "$@") >"$scratch/build.log" 2>&1 || {
  tail -n 30 "$scratch/build.log" >&2
  fail "the addon must compile, got the errors above. Check the compiler."
}

node - "$package" <<'JAVASCRIPT'
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
const util = require('util');
// Node.js 23 took these from util, where tfjs-node looks for them; the engine of zpin puts them back as well.
util.isNullOrUndefined ??= value => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(require.resolve(process.argv[2], { paths: ['.'] }));
const { binding, isUsingGpuDevice } = tf.backend();
const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
if (`${product}` !== '3,3,3,3') throw new Error(`a product must be 3,3,3,3, got ${product}`);
console.log(`${process.argv[2]} works: TensorFlow ${binding.TF_Version} on the ${isUsingGpuDevice ? 'GPU' : 'CPU'}`);
JAVASCRIPT
