#!/usr/bin/env bash
# Are the recipes for containers sound? Without an engine for them: their lines are those of a
# Dockerfile and an Apptainer definition, their shell is what shellcheck likes (where it is
# installed), the files they take are in DIST, and as root the steps after the packages are carried
# out below a new root, on an unpacked archive. Usage: packaging/recipes.sh DIST
set -euo pipefail
dist=$(cd "$1" && pwd)
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "recipes: $*" >&2; exit 1; }

# A Dockerfile: lines that end in \ go on; each begins with an instruction, FROM before others.
sed -e '/^ *#/d' Dockerfile | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba}' | grep . > "$work/lines"
first=$(grep -v '^ARG ' "$work/lines" | head -n 1)
[ "${first%% *}" = FROM ] || fail "Dockerfile: expected FROM first, found $first"
! grep -vE '^(ARG|FROM|RUN|ADD|USER|WORKDIR|CMD) ' "$work/lines" || fail 'Dockerfile: no instruction'
! grep -E '^FROM .*:latest|^FROM [^:$]*$' "$work/lines" || fail 'Dockerfile: FROM names no version'
[ "$(grep -c '^USER ' "$work/lines")" = 1 ] || fail 'Dockerfile: runs as root'
grep '^CMD ' "$work/lines" | grep -qE '^CMD \[".*"\]$' || fail 'Dockerfile: CMD is no list of words'
{ echo '#!/bin/sh'; sed -n 's/^RUN //p' "$work/lines"; } > "$work/docker.sh"

# A definition: a header, then sections.
sed -n '/^Bootstrap:/p; /^From:/p' neox.def | wc -l | grep -qx 2 || fail 'neox.def: Bootstrap and From are needed'
for section in files post environment test runscript; do
  grep -qx "%$section" neox.def || fail "neox.def: no %$section"
done
{ echo '#!/bin/sh'; sed -n '/^%post/,/^%environment/p' neox.def | grep -v '^%'; } > "$work/post.sh"

for script in "$work/docker.sh" "$work/post.sh"; do
  sh -n "$script" || fail "$script"
  ! command -v shellcheck > /dev/null || shellcheck -e SC2086 "$script" || fail "$script"
done

# The same packages in both.
packages() { sed -n 's/.*--no-install-recommends \(.*\)/\1/p' "$1" | sed 's/ *&&.*//'; }
[ "$(packages "$work/docker.sh")" = "$(packages "$work/post.sh")" ] || fail 'the recipes install different packages'

# The steps on files, in a root of links to this machine's programs.
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
  root=$work/root
  mkdir -p "$root"/{opt,usr/local/bin,proc,tmp,dev,etc}
  unshare -m bash -euc '
    root=$1 dist=$2 script=$3
    mkdir -p "$root"/{usr,bin,lib,lib64} "$root/opt/$(basename "$dist")"
    for part in bin lib lib64; do mount --rbind "/$part" "$root/$part" 2> /dev/null || true; done
    for part in bin lib; do mkdir -p "$root/usr/$part"; mount --rbind "/usr/$part" "$root/usr/$part"; done
    mount --bind "$dist" "$root/opt/$(basename "$dist")"
    mount --rbind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    grep -o "ln -s .*neox-train --version" "$script" > "$root/tmp/steps"
    chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin sh -eu /tmp/steps
  ' - "$root" "$dist" "$work/docker.sh" > "$work/said" 2>&1 || { cat "$work/said" >&2; fail 'the steps of the Dockerfile fail'; }
  grep -q '^neox-train (neox)' "$work/said" || { cat "$work/said" >&2; fail 'neox-train does not start in the image'; }
  echo 'recipes: sound, and their steps carried out'
else
  echo 'recipes: sound; their steps are carried out by root alone'
fi
