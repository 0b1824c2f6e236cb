# To be sourced: sets huggingface_jars to the class path of HuggingFace's native library as DJL brings
# it. Only tests use it, so it lies in Maven's repository, not in dist/.
huggingface_jars=$(find "${MAVEN_REPOSITORY:-$HOME/.m2/repository}" -name '*.jar' \
  \( -path '*/ai/djl/*' -o -path '*/com/google/code/gson/gson/*' -o -path '*/net/java/dev/jna/jna/*' \) \
  | tr '\n' ':')
case $huggingface_jars in
  *djl*) ;;
  *) echo "HuggingFace's library is not there; \`make test\` fetches it" >&2; exit 2 ;;
esac
