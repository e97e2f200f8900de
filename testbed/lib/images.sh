# Container images built on this machine, without an engine or a registry.
# shellcheck shell=bash

# Images and containers in the making live here, not where podman's are.
in_storage() {
  buildah --storage-driver vfs --root "$CACHE_DIR/buildah/root" \
    --runroot "$CACHE_DIR/buildah/run" "$@"
}

require_image_tools() {
  require_commands buildah:buildah jq:jq
}

# The id of an image in the storage, or nothing.
image_id() {
  in_storage inspect --type image --format '{{.FromImageID}}' "$1" 2>/dev/null || true
}

# archive_file IMAGE KEY
archive_file() {
  local image=${1#localhost/}
  echo "$IMAGE_DIR/${image//[\/:]/_}-$2.tar"
}

# store_archive IMAGE ARCHIVE: writes an image of the storage to its file, and
# drops the files of all but the two builds before it.
store_archive() {
  local old stem=${2%-*}
  mkdir -p "$IMAGE_DIR"
  rm -f "$2" "$2.partial"
  in_storage push --quiet "$1" "docker-archive:$2.partial:$1" || return
  mv "$2.partial" "$2"
  find "$IMAGE_DIR" -path "$stem-????????????????.tar" -printf '%T@ %p\n' | sort -rn |
    tail -n +4 | cut -d ' ' -f 2- | while read -r old; do rm -f "$old"; done
}

# program_image IMAGE FILE USER: an image of one static program, as /NAME.
program_image() {
  local context program
  program=$(basename "$2")
  context=$CACHE_DIR/contexts/$program
  rm -rf "$context"
  mkdir -p "$context"
  cp -l "$2" "$context/$program" 2>/dev/null || cp "$2" "$context/$program"
  printf 'FROM scratch\nCOPY %s /%s\nUSER %s\nENTRYPOINT ["/%s"]\n' \
    "$program" "$program" "$3" "$program" >"$context/Containerfile"
  "$TESTBED_DIR/build-image" "$1" "$context"
}
