# Sourced: neox_test_hub DIR starts a hub on the loopback, unless HF_ENDPOINT names one already; its
# process is $neox_hub_process. Needs $root, with dist/ and the test classes built.
neox_hub_process=
neox_test_hub() {
  [ -z "${HF_ENDPOINT:-}" ] || return 0
  neox_hub_path=$root/shared/hub/target/test-classes:$root/shared/hub/target/classes
  while read -r jar; do neox_hub_path=$neox_hub_path:$root/dist/lib/$jar; done < "$root/dist/lib/neox-upload.classpath"
  . "$root/packaging/find-jdk.sh"
  neox_find_jdk
  : > "$1/server.log"
  "$neox_jdk/bin/java" -cp "$neox_hub_path" neox.hub.fixture.HubServer > "$1/server.log" 2>&1 &
  neox_hub_process=$!
  for _ in $(seq 3000); do grep -q http "$1/server.log" && break; sleep 0.1; done
  HF_ENDPOINT=$(grep -o 'http://[^ ]*' "$1/server.log" | head -n 1)
  export HF_ENDPOINT HF_TOKEN=hf_test_token_0123456789
  export no_proxy=127.0.0.1
}
