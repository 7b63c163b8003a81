#!/usr/bin/env bash
# `make bare`: does `make run` work on a Debian that has nothing? Makes one with debootstrap, copies the
# committed state of this repository into it, runs it there, asks for pages, stops it. Root only.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "make bare needs root (chroot)" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "apt-get install debootstrap" >&2; exit 1; }
port=${PORT:-8000}
suite=${SUITE:-bookworm}
root=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  for place in dev proc; do if mountpoint -q "$root/$place"; then umount "$root/$place"; fi; done
  rm -rf --one-file-system "$root"
}
trap cleanup EXIT
inside() { chroot "$root" /usr/bin/env "PATH=/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root LANG=C.UTF-8 "$@"; }

# Packages come from wherever this machine gets them: its mirror, proxy, certificates and pip settings.
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Release: $suite" "Created-By: Packages" | head -1)
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 ||
  { tail -5 "$root.log" >&2; exit 1; }
rm -f "$root.log"
cp -r /etc/apt/. "$root/etc/apt/"
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /root/.pip /root/.config/pip /etc/ssl/certs /usr/local/share/ca-certificates; do
  if [ -e "$file" ]; then mkdir -p "$root$(dirname "$file")"; cp -rL --remove-destination "$file" "$root$(dirname "$file")/"; fi
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends make python3-venv >/dev/null
mkdir "$root/srv/mailsupport"
git archive HEAD | tar -x -C "$root/srv/mailsupport"

start() {
  chroot "$root" /bin/sh -c 'cd /srv/mailsupport && exec make run PORT="$1"' sh "$port" >"$root/out" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    if curl -fsS -o /dev/null "http://127.0.0.1:$port/healthz" 2>/dev/null; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
  done
  echo "make run did not come up:" >&2
  tail -20 "$root/out" >&2
  exit 1
}
stop() {
  kill "$server"
  wait "$server" || true
  server=
  if curl -fsS -o /dev/null "http://127.0.0.1:$port/healthz" 2>/dev/null; then echo "still running" >&2; exit 1; fi
}
start
curl -fsS "http://127.0.0.1:$port/" | grep -q '<h1'
curl -fsS --get --data-urlencode 'q=昨日あたりから全然メールがきません' "http://127.0.0.1:$port/search/" | grep -q '/faq/mailbox-full/'
grep -q 'First staff user' "$root/out"
stop
start
if grep -q 'First staff user' "$root/out"; then echo "the data was lost" >&2; exit 1; fi
stop
echo "make run works on a bare $suite"
