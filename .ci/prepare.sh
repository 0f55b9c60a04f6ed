# Finds Swift and sees that programs can be built on this machine. To be sourced after common.sh.

# Swift's usual places, should it not be on the PATH.
if ! command -v swift >/dev/null; then
  for folder in /opt/swift/usr/bin /opt/swift*/usr/bin "$HOME/.local/share/swiftly/bin" /usr/local/swift/usr/bin; do
    if [ -x "$folder/swift" ]; then
      export PATH="$folder:$PATH"
      break
    fi
  done
fi
if ! command -v swift >/dev/null; then
  echo 'FAILED: there is no swift on the PATH (https://www.swift.org/install)'
  echo '0 passed, 1 failed'
  exit 1
fi

# Builds and runs a program that needs the C headers, the linker and its start files.
can_build() {
  local folder status
  folder=$(mktemp -d)
  printf '#if canImport(Musl)\nimport Musl\n#else\nimport Glibc\n#endif\nprint(cos(0.0))\n' >"$folder/probe.swift"
  (cd "$folder" && timeout 120 swiftc probe.swift -o probe && ./probe) >/dev/null 2>&1
  status=$?
  rm -rf "$folder"
  return "$status"
}

sudo=''
[ "$(id -u)" -eq 0 ] || sudo=sudo

# Fetches the lists of packages, once.
refresh_index() {
  command -v apt-get >/dev/null || return 1
  [ -n "${index_is_fresh:-}" ] || { timeout 180 $sudo apt-get update -qq && index_is_fresh=yes; }
}

# install PACKAGE…: by apt-get, with sudo if need be.
install() {
  refresh_index || echo "the lists of packages cannot be fetched; $* may not install"
  timeout 300 $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

command -v git >/dev/null || install git ca-certificates || echo 'without git'
if ! can_build; then
  # The newest C++ library of the distribution brings the headers of libc and the start files of libgcc.
  refresh_index
  library=$(apt-cache search --names-only '^libstdc\+\+-[0-9]+-dev$' 2>/dev/null | cut -d' ' -f1 | sort -V | tail -n 1)
  install binutils libc6-dev "${library:-libstdc++-dev}"
  can_build || echo 'swiftc cannot build a small program here'
fi
# Compressed data sets are read with the system's zlib, loaded at run time.
if command -v ldconfig >/dev/null && ! ldconfig -p | grep -q 'libz\.so\.1'; then
  install zlib1g || echo 'without zlib'
fi

section 'Versions'
swift --version 2>&1
git --version 2>/dev/null
uname -srm
grep -m1 -E '^model name' /proc/cpuinfo 2>/dev/null
echo "$(nproc) processors"
