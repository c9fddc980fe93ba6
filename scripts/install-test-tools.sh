#!/bin/sh
# Installs what the real-engine tests need beyond npm, from Debian's packages:
#   - the machine's own Docker Engine, Podman, Prometheus, HAProxy, ... (only what is missing)
#   - a folder with the testing suite's current engine, in ${TALLYMAN_TEST_CACHE:-~/.cache/tallyman}/forky
# Starts no service and changes nothing that is there already. Without root it only says what is missing.
# Exits 0 even then (the tests that need it are skipped), but 1 with CI=true.
set -eu
export DEBIAN_FRONTEND=noninteractive

suite=forky
suite_packages=docker.io,docker-cli,containerd,runc,iptables,iproute2,busybox-static,ca-certificates,procps,podman,prometheus,docker-compose,prometheus-alertmanager
cache=${TALLYMAN_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tallyman}
folder=$cache/$suite
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# command | Debian package | what is skipped without it
tools='dockerd docker.io test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
docker docker.io test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
containerd containerd test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
runc runc test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
iptables iptables test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
ip iproute2 test/engine,test/prometheus,test/proxy,test/dashboards,test/demo
busybox busybox-static test/engine,test/prometheus,test/proxy,test/podman
haproxy haproxy test/proxy,test/compose
promtool prometheus test/prometheus,test/rules
prometheus prometheus test/prometheus,test/dashboards,test/rules,test/demo
prometheus-alertmanager prometheus-alertmanager test/rules
amtool prometheus-alertmanager test/rules
podman podman test/podman
openssl openssl test/prometheus
debootstrap debootstrap test/engine[28],test/compose
strip binutils test/image
pg_ctlcluster postgresql test/store,test/fleet
psql postgresql-client test/store,test/fleet
systemd-analyze systemd test/package'

main() {
  missing=$(missing_tools)
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    if [ -n "$missing" ] || ! has_folder; then
      install_packages "$missing" || say "Debian's packages could not be installed"
      has_folder || install_folder || say "the $suite folder could not be made (see $cache/debootstrap.log)"
      missing=$(missing_tools)
    fi
  fi
  report "$missing"
}

say() { echo "install-test-tools: $*" >&2; }

has() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null; }

has_folder() {
  for program in sbin/dockerd libexec/docker/cli-plugins/docker-compose bin/prometheus-alertmanager; do
    [ -x "$folder/usr/$program" ] || return 1
  done
}

# The lines of $tools whose command is not there. A busybox that needs shared libraries does not count: it is the test image.
missing_tools() {
  echo "$tools" | while read -r command package skipped; do
    if ! has "$command" || { [ "$command" = busybox ] && ldd "$(command -v busybox)" >/dev/null 2>&1; }; then
      echo "$command $package $skipped"
    fi
  done
}

install_packages() {
  packages=$(echo "$1" | awk 'NF { print $2 }' | sort -u)
  has_folder || [ -e "$keyring" ] || packages="$packages debian-archive-keyring"
  [ -n "$(echo $packages)" ] || return 0
  apt-get update -qq || say 'apt-get update had errors; going on with what is known'
  # Debian 13 and newer keep the command line client in a package of its own
  case "$1" in *'docker docker.io'*) ! apt-cache show docker-cli >/dev/null 2>&1 || packages="$packages docker-cli" ;; esac
  guard_services
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $packages >/dev/null && installed=0 || installed=$?
  unguard_services
  # shellcheck disable=SC2086
  [ "$installed" -ne 0 ] || disable_services $packages
  return "$installed"
}

# invoke-rc.d asks policy-rc.d before it starts anything; 101 means no. The machine's own one is kept aside meanwhile.
policy=/usr/sbin/policy-rc.d
guard_services() {
  [ ! -e "$policy" ] || mv "$policy" "$policy.tallyman"
  trap unguard_services EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}
unguard_services() {
  trap - EXIT INT TERM HUP
  rm -f "$policy"
  [ ! -e "$policy.tallyman" ] || mv "$policy.tallyman" "$policy"
}

# What was just installed is for the tests alone: it shall not start with the machine either.
disable_services() {
  [ -d /run/systemd/system ] || return 0
  dpkg -L "$@" 2>/dev/null | sed -n 's#.*/systemd/system/\([^/@]*\.\(service\|socket\|timer\)\)$#\1#p' |
    xargs -r systemctl disable -q 2>/dev/null || true
}

# Made under another name and renamed when complete: an interrupted run leaves no half a folder behind.
install_folder() {
  has debootstrap || return 1
  mkdir -p "$cache"
  rm -rf "$cache/$suite".part-*
  part=$(mktemp -d "$cache/$suite.part-XXXXXX")
  chmod 755 "$part"
  say "making $folder (a current Docker Engine; once, about 1 GB)"
  # sid's script is every newer suite's; the mirror may be empty: debootstrap knows its own default
  if debootstrap --variant=minbase --keyring="$keyring" --force-check-gpg --include="$suite_packages" \
    "$suite" "$part" "$(debian_mirror)" sid >"$cache/debootstrap.log" 2>&1; then
    rm -rf "$part/var/cache/apt/archives" "$folder"
    mv "$part" "$folder"
  else
    rm -rf "$part"
    return 1
  fi
}

# The mirror that apt itself uses for Debian, whichever form its sources have; nothing when it has none.
debian_mirror() {
  uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
  case "$uri" in
    mirror+file:*) list=${uri#mirror+file:}; awk '!/^#/ && NF { print $1; exit }' "${list%/}" ;;
    http:* | https:* | file:*) echo "$uri" ;;
  esac
}

report() {
  names=$(echo "$1" | awk 'NF { print $1 }')
  skipped=$(echo "$1" | awk 'NF { print $3 }')
  has_folder || { names="$names $folder"; skipped="$skipped test/engine[28]"; }
  if [ "$(id -u)" -ne 0 ]; then
    names="$names root"
    skipped="$skipped test/engine test/prometheus test/proxy test/podman"
  fi
  [ -n "$(echo $names)" ] || return 0
  say "missing: $(list "$names"); skipped without: $(list "$skipped")"
  [ "${CI:-}" != true ] || exit 1
}

# Words, sorted, once each, with commas between.
list() { echo "$1" | tr ' ,' '\n\n' | awk 'NF' | sort -u | paste -sd, | sed 's/,/, /g'; }

main
