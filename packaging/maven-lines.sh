#!/bin/sh
# Reads what Maven prints and passes on what a person wants to see: which module is being built,
# warnings, errors and failed tests. Usage: mvn … | packaging/maven-lines.sh
exec awk '
  { gsub(/\033\[[0-9;]*m/, "") }
  /^\[INFO\] Building .* \[[0-9]+\/[0-9]+\]$/ {
    place = $NF
    sub(/^\[INFO\] Building /, "")
    sub(/ +[0-9][^ ]* +\[[0-9]+\/[0-9]+\]$/, "")
    print place, $0
    fflush()
    next
  }
  # Modules are built two at a time; the plugin that chooses the JDK is not marked for that, but
  # keeps what it chose with its module. Maven says so in a box for each of them.
  /^\[WARNING\] \*/ || /^\[WARNING\] *$/ || /not marked as thread-safe/ { next }
  /^\[WARNING\]   org.apache.maven.plugins:maven-toolchains-plugin:/ { next }
  /^\[INFO\]/ || /^ *$/ { next }
  { print; fflush() }'
