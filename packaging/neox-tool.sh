#!/bin/sh
# Starts one neox tool; which one is this file's own name. Extra JVM options: NEOX_JAVA_OPTS.
set -eu

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
case $self in
  */*) bin=${self%/*} ;;
  *) bin=. ;;
esac
tool=${self##*/}
lib=$(CDPATH='' cd -- "$bin/../lib" && pwd)

# The runtime that came along, or one of your own (NEOX_JAVA_HOME), or any that is found.
neox_jdk=${NEOX_JAVA_HOME:-$lib/runtime}
if [ ! -x "$neox_jdk/bin/java" ]; then
  . "$lib/find-jdk.sh"
  neox_find_jdk
  if [ -z "$neox_jdk" ]; then
    echo "$tool: no JDK $neox_java_needed or later found (looked at JAVA_HOME, the PATH, /usr/lib/jvm," \
      "/opt, ~/.jdks, ~/.sdkman). Install one, or set JAVA_HOME to it." >&2
    exit 1
  fi
fi

# Help that is asked for alone was laid down when the tools were packaged: a part of its own prints
# it, with few classes (docs/decisions/0046).
part=$tool
page=
case "$#:${1-}:${2-}" in
  1:--help: | 1:-h:) page=$lib/help/$tool ;;
  2:*/*) ;;
  2:[a-z]*:--help | 2:[a-z]*:-h) page=$lib/help/$tool.$1 ;;
esac
if [ -n "$page" ] && [ -r "$page" ]; then
  part=help
  set -- "$tool" "$page"
fi

class_path=
while read -r jar; do
  class_path=$class_path:$lib/$jar
done < "$lib/$part.classpath"
read -r main_class < "$lib/$part.main"

# Idle libgomp threads must sleep, not spin: products have threads of their own.
OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
export OMP_WAIT_POLICY

# Each step of a training run asks for the same memory again: glibc is to keep it, in large pages.
# Given back to the kernel, it would come again in pages of 4 KiB, each with a fault of its own
# (docs/decisions/0049). One arena: only that of the process's heap can be as large as a tensor.
case $tool in
  neox-train)
    malloc=glibc.malloc
    GLIBC_TUNABLES=${GLIBC_TUNABLES:-$malloc.arena_max=1:$malloc.mmap_max=0:$malloc.hugetlb=1:$malloc.top_pad=67108864:$malloc.trim_threshold=1125899906842624}
    export GLIBC_TUNABLES
    ;;
esac

# Help needs no optimizing compiler.
compiler=
[ "$part" != help ] || compiler=-XX:TieredStopAtLevel=1
for argument in "$@"; do
  case $argument in
    -h | --help | -V | --version) compiler=-XX:TieredStopAtLevel=1 ;;
  esac
done

# The classes that `make dist` has laid down for the very runtime that came along.
archive=
if [ "$neox_jdk" = "$lib/runtime" ] && [ -r "$lib/$part.jsa" ]; then
  archive=-XX:SharedArchiveFile=$lib/$part.jsa
fi

# The native half of zstd; without this a copy is unpacked into a temporary directory.
zstd=
if [ -r "$lib/libzstd-jni.so" ]; then
  zstd=-DZstdNativePath=$lib/libzstd-jni.so
fi

# Java would take the number of a closed stream for a file of its own, and read or write that. Of a
# closed standard output every use must fail: /dev/null is open for reading alone here.
{ true <&0; } 2> /dev/null || exec 0< /dev/null
{ true >&1; } 2> /dev/null || exec 1< /dev/null
{ true >&2; } 2> /dev/null || exec 2> /dev/null

# Paths and arguments are UTF-8 whatever the locale says: in that of a container or a batch job, C,
# Java could open no file with an accent in its name (and -Dsun.jnu.encoding comes too late). Where
# this locale is missing, one of the user's that is UTF-8 stays.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*)
    [ ! -d /usr/lib/locale/C.utf8 ] && [ ! -d /usr/lib/locale/C.UTF-8 ] || export LC_ALL=C.UTF-8
    ;;
  *) export LC_ALL=C.UTF-8 ;;
esac

# Tokenizing needs this much whatever the corpus; a subcommand takes what it needs. Its inner loops
# run a million times a second: with the usual limits the JVM would compile more than they need and a
# corpus of 50 MB take a tenth longer; long runs do not notice (docs/decisions/0006).
heap=
case "$part ${1-}" in
  # Weights pass through a few buffers, whatever their size: the heap must not grow before it is
  # cleaned, as it would with a machine's memory (docs/decisions/0031).
  "neox-convert-hf "*) heap="-Xms32m -Xmx384m" ;;
  "neox-preprocess -"*)
    heap=-Xmx832m
    compiler=${compiler:-"-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=5000
      -XX:Tier4CompileThreshold=50000 -XX:Tier4BackEdgeThreshold=400000 -XX:FreqInlineSize=80"}
    ;;
esac

# The Vector API is loaded when there is something to compute, and its loops are compiled each by
# itself (docs/decisions/0034).
vectors=
case $part in
  neox-train | neox-generate | neox-eval)
    vectors="--add-exports java.base/jdk.internal.module=ALL-UNNAMED -XX:CompileCommand=quiet
      -XX:CompileCommand=dontinline,neox.tensor.kernel.Loops::*"
    ;;
esac

# shellcheck disable=SC2086 # options are words
exec "$neox_jdk/bin/java" ${archive:+"$archive"} ${zstd:+"$zstd"} -Xlog:disable -Xlog:all=error:stderr \
  -XX:+UseSerialGC $heap $compiler \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow $vectors \
  -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 \
  -Dneox.program="${lib%/*}/bin/$tool" ${NEOX_JAVA_OPTS:-} -cp "${class_path#:}" "$main_class" "$@"
