#!/bin/sh
# Lays the tools of dist/ down in DESTDIR/PREFIX, or takes them away again. The tools lie together in
# lib/neox, with symbolic links to them in bin; completions and manual pages where shells and `man`
# look for them. Usage: packaging/install.sh [--remove] DESTDIR PREFIX
set -eu
remove=
if [ "$1" = --remove ]; then
  remove=yes
  shift
fi
case $2 in
  /*) ;;
  *) echo "install: PREFIX must be an absolute path, found '$2'" >&2; exit 2 ;;
esac
root=$1${2%/}
here=$(cd "$(dirname "$0")/../dist" 2> /dev/null && pwd) || here=
tools='prepare preprocess train generate eval convert-hf upload'

# Nothing else may have made this folder: what is in it is deleted.
home=$root/lib/neox
if [ -e "$home" ] && [ ! -x "$home/bin/neox-train" ]; then
  echo "install: $home is there, but holds no neox; remove it, or choose another PREFIX" >&2
  exit 2
fi
for name in $tools; do
  tool=neox-$name
  rm -f "$root/bin/$tool" "$root/share/bash-completion/completions/$tool" \
    "$root/share/zsh/site-functions/_$tool" "$root/share/fish/vendor_completions.d/$tool.fish" \
    "$root/share/man/man1/$tool.1" "$root/share/man/man1/$tool"-*.1
done
rm -rf "$home"
[ -z "$remove" ] || exit 0

mkdir -p "$home" "$root/bin" "$root/share"
# With their times: the archives of classes know how old their jars are.
cp -Rp "$here/bin" "$here/lib" "$here/configs" "$here/README.md" "$home/"
for file in LICENSES.tsv sbom.json; do
  [ ! -e "$here/$file" ] || cp -p "$here/$file" "$home/"
done
cp -Rp "$here/share/." "$root/share/"
for name in $tools; do
  ln -s "../lib/neox/bin/neox-$name" "$root/bin/neox-$name"
done
echo "neox is in $root/bin"
