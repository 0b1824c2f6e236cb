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
  /^\[INFO\]/ || /^ *$/ { next }
  { print; fflush() }'
