#!/usr/bin/env bash
# Installs what is missing to build, run and test Equipoise, and says what it does. Running it again costs a second.
# Tools go to $EQUIPOISE_TOOLS (default ~/.cache/equipoise), so that clones share them. Arguments: parts to install
# beyond the build tools (`browser`, `office`, `python`, `load`, `research`), which only tests, pictures and benchmarks need.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd); cd "$here"
# shellcheck source=scripts/versions.env
. scripts/versions.env
tools=${EQUIPOISE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/equipoise}
log=$tools/log; mkdir -p "$tools/bin" "$log"
exec 9>"$tools/setup.lock"; flock 9

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
# Runs a step with its output in a log file; on failure its last lines are shown.
step() { # NAME COMMAND...
  local name=$1; shift; say "$name"
  "$@" >"$log/${name// /-}.log" 2>&1 9>&- || { tail -n 25 "$log/${name// /-}.log" >&2; fail "$name failed (log: $log/${name// /-}.log)"; }
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
  fail "this step needs root or sudo: $*"; fi; }
apt_install() { # PACKAGE...
  local missing=() p
  for p in "$@"; do dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p"); done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || fail "please install: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# --- the compiler and its wasm target ------------------------------------------------------------------------------
wasm_std() { ls "$1"/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib >/dev/null 2>&1; }

debian_sysroot() {
  # Debian ships the compiler and the library's source but no wasm library: it is built once from that source.
  # The bitcode must be embedded, or link-time optimisation fails with "failed to get bitcode".
  local dummy=$tools/sysroot
  rm -rf "$dummy"; mkdir -p "$dummy/src"
  printf '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2021"\n[lib]\n' >"$dummy/Cargo.toml"
  printf '#![no_std]\n' >"$dummy/src/lib.rs"
  (cd "$dummy" && env -u RUSTUP_TOOLCHAIN PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$dummy/target" \
    /usr/bin/cargo build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort)
  as_root mkdir -p /usr/lib/rustlib/wasm32-unknown-unknown/lib /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin
  as_root cp "$dummy"/target/wasm32-unknown-unknown/release/deps/*.rlib /usr/lib/rustlib/wasm32-unknown-unknown/lib/
  as_root ln -sf /usr/lib/llvm-22/bin/lld /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
  rm -rf "$dummy"
}

# EQUIPOISE_TOOLCHAIN=debian takes Debian's compiler even where rustup's would do (see scripts/with-tools).
debian_wanted() { [ "${EQUIPOISE_TOOLCHAIN:-}" = debian ]; }

install_compiler() {
  command -v cc >/dev/null || step "C compiler" apt_install build-essential
  if ! debian_wanted && command -v rustc >/dev/null && wasm_std "$(rustc --print sysroot)"; then return; fi
  if wasm_std /usr; then :
  elif ! debian_wanted && command -v rustup >/dev/null && rustup target add wasm32-unknown-unknown >"$log/rustup.log" 2>&1; then
    say "wasm target added by rustup"; return
  else
    debian_wanted || say "rustup cannot download the wasm target here"
    say "using Debian's compiler and library source"
    step "Debian compiler" apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22
    step "wasm library from source" debian_sysroot
    wasm_std /usr || fail "the wasm library was built but is not where it should be (/usr/lib/rustlib)"
  fi
  if command -v rustup >/dev/null; then rustup toolchain link equipoise-debian /usr >>"$log/rustup.log" 2>&1; fi
}

# --- node and the packages of package.json -------------------------------------------------------------------------
install_node() {
  command -v npm >/dev/null || step "Node" apt_install nodejs npm
  if ! cmp -s package-lock.json node_modules/.installed-lock 2>/dev/null; then
    # Not `npm ci`: it refuses a lock file made where a registry lacks another platform's optional binaries.
    step "npm packages" npm install --no-audit --no-fund
    cp package-lock.json node_modules/.installed-lock
  fi
}

# --- cargo tools ---------------------------------------------------------------------------------------------------
cargo_tool() { # CRATE VERSION [cargo install flags...]
  local crate=$1 version=$2; shift 2
  grep -qsF "\"$crate $version " "$tools/.crates.toml" && return
  # A registry mirror may lack a crate of the tool's own lock file; then the newest compatible one is taken.
  step "$crate $version" env CARGO_TARGET_DIR="$tools/build" bash -c '
    scripts/with-tools cargo install "$@" --locked || scripts/with-tools cargo install "$@"' _ "$crate@$version" --root "$tools" "$@"
}

# --- Python packages, each list in an environment of its own ---------------------------------------------------------
python_packages() { # REQUIREMENTS NAME
  python3 -c 'import ensurepip' 2>/dev/null || step "Python" apt_install python3 python3-venv
  cmp -s "$1" "$tools/$2/.installed" 2>/dev/null && return
  step "Python packages, $2" bash -c "python3 -m venv '$tools/$2' && '$tools/$2/bin/pip' install -q -r '$1' && cp '$1' '$tools/$2/.installed'"
}

install_compiler
install_node
# wasm-bindgen and wasm-split run over the modules of every build, so they are worth optimising; worker-build is not.
cargo_tool worker-build "$WORKER_BUILD" --debug
CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo_tool wasm-bindgen-cli "$WASM_BINDGEN"
CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo_tool wasm_split_cli_support "$WASM_SPLIT" --features build-binary
rm -rf "$tools/build"

for part in "$@"; do case $part in
  browser) command -v chromium >/dev/null || step "Chromium" apt_install chromium fonts-dejavu-core ;;
  office) command -v soffice >/dev/null || step "LibreOffice" apt_install libreoffice-calc-nogui ;;
  load)
    command -v wrk >/dev/null || step "wrk" apt_install wrk
    command -v redis-server >/dev/null || step "Redis" apt_install redis-server
    python_packages tests/load/requirements.txt load ;;
  python)
    python_packages tests/requirements.txt python ;;
  research)
    python_packages tests/research/requirements.txt research ;;
  *) fail "unknown part: $part" ;;
esac; done
say "ready"
