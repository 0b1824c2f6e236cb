# Sourced by the tools, the Makefile and .ci/run: sets neox_jdk to the home of a JDK that is new
# enough, or leaves it empty. Looks at JAVA_HOME, the java on the PATH, then the usual places.
# Reads the JDK's `release` file instead of starting it: that costs no time.

neox_java_needed=25

# The major version of the JDK in $1, or nothing.
neox_java_major() {
  [ -r "$1/release" ] && [ -x "$1/bin/java" ] || return 0
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      value=${value%%[!0-9]*}
      echo "$value"
      return 0
    fi
  done < "$1/release"
}

neox_find_jdk() {
  neox_jdk=
  neox_path_jdk=
  if neox_path_java=$(command -v java 2> /dev/null); then
    neox_path_java=$(readlink -f "$neox_path_java" 2> /dev/null || echo "$neox_path_java")
    neox_path_jdk=${neox_path_java%/bin/java}
  fi
  for candidate in "${JAVA_HOME:-}" "$neox_path_jdk" \
    /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/java/* /opt/jdk* "${HOME:-}"/.jdks/* \
    "${HOME:-}"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] || continue
    major=$(neox_java_major "$candidate")
    if [ -n "$major" ] && [ "$major" -ge "$neox_java_needed" ]; then
      neox_jdk=$candidate
      return 0
    fi
  done
}
