#!/bin/sh
# Starts the bundled benchmark: unpacks Node on the first run and hands over to start.js, which finds the GPU's driver.
# ./run --help lists the options. Needs nothing but a shell, gzip, mkdir, mv, chmod and rm.
set -eu

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
here=$(cd "$here" && pwd)
read -r id <"$here/id"

say() { echo "run: $*" >&2; }

# Unpacks into a folder of this user alone, by renaming, so that two runs at once do not meet half a file.
unpack() {
  case $1 in /*) to=$1 ;; *) to=$PWD/$1 ;; esac
  mkdir -p "$to/cpp" 2>/dev/null && chmod 700 "$to" 2>/dev/null && [ -O "$to" ] || return 1
  for name in node cpp/libstdc++.so.6 cpp/libgcc_s.so.1; do
    [ -e "$to/$name" ] && continue
    gzip -dc "$here/$name.gz" >"$to/$name.$$" 2>/dev/null && chmod 755 "$to/$name.$$" &&
      mv -f "$to/$name.$$" "$to/$name" || { rm -f "$to/$name.$$"; return 1; }
  done
}

starts() { "$to/node" --version >/dev/null 2>&1; }

# The C++ library of the machine where it has one; the bundled one may be older than what a driver needs.
works() {
  unpack "$1" || return 1
  starts && return 0
  LD_LIBRARY_PATH="$to/cpp${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export LD_LIBRARY_PATH
  starts
}

inherited=${LD_LIBRARY_PATH-}
attempt() {
  works "$1" && return 0
  if [ -n "$inherited" ]; then LD_LIBRARY_PATH=$inherited; else unset LD_LIBRARY_PATH; fi
  return 1
}

if [ -n "${WEBGPU_RNN_UNPACK-}" ]; then
  attempt "$WEBGPU_RNN_UNPACK/bench-$id" || found=no
else
  attempt "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/webgpu-rnn/bench-$id" ||
    attempt "${TMPDIR:-/tmp}/webgpu-rnn-bench-$id" || attempt "$here/unpacked" || found=no
fi
if [ "${found-}" = no ]; then
  say "cannot unpack and start Node; the last try was in $to"
  [ -x "$to/node" ] && "$to/node" --version 2>&1 | sed 's/^/run:   /' >&2
  say "it needs 200 MB in a folder whose programs may run, and glibc 2.34 or later on x86-64;"
  say "name a folder: WEBGPU_RNN_UNPACK=/some/folder $0"
  exit 1
fi
WEBGPU_RNN_BUNDLE=$here exec "$to/node" "$here/start.js" "$to" "$@"
