#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and uninstall: complete, usable where it is put, and gone again.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need make pkg-config

# From a copy of what install needs, so that nothing is built into the tree that is tested.
v=release
case $B in "$root/build") ;; *) v=${B##*/} ;; esac
install_to() {
	make -s -C "$root" V="$v" -o all -o "${B#"$root"/}/vnetlab" "$1" DESTDIR="$work/dest" PREFIX=/opt/vn
}
d=$work/dest/opt/vn
ok "make install succeeds" install_to install
for f in bin/vnetlab libexec/vnetlab/vnetlab-router share/man/man1/vnetlab.1 \
	share/vnetlab/images/frr/image.json share/vnetlab/topologies/route-server/route-server.vnetlab.json \
	share/doc/vnetlab/README.md share/doc/vnetlab/docs/topology.md \
	share/bash-completion/completions/vnetlab share/zsh/site-functions/_vnetlab \
	share/fish/vendor_completions.d/vnetlab.fish lib/systemd/system/vnetlab@.service \
	lib/systemd/user/vnetlab@.service; do
	ok "$f is installed" test -s "$d/$f"
done
ok "no file of the build is installed" sh -c '! find "$0" -type f -name "*.[od]" | grep .' "$d"

is "the service runs the program where it is installed" "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$d/lib/systemd/system/vnetlab@.service")" \
	/opt/vn/bin/vnetlab
mkdir "$work/units"
for f in "$d"/lib/systemd/*/vnetlab@.service; do
	sed "s|/opt/vn/bin/vnetlab|$B/vnetlab|" "$f" >"$work/units/vnetlab@.service"
	! command -v systemd-analyze >/dev/null ||
		is "systemd has nothing to say against ${f#"$d"/}" "$(systemd-analyze verify --man=no "$work/units/vnetlab@demo.service" 2>&1)" ""
done
libraries() { tr -cs 'a-z0-9-' '\n' | grep -E '^(lib.*|uthash)-dev$' | grep -v libc6 | sort; }
is "the package is built with the libraries that make deps installs" "$(sed -n '/^Build-Depends/,/^[S]/p' "$root/docs/packaging/debian/control" | libraries)" \
	"$(sed -n '/\[build\]/,/\[test\]/{/\[test\]/!p}' "$root/.ci/deps" | libraries)"

mv "$d" "$work/elsewhere"
d=$work/elsewhere
cd "$work" || exit 1
status "the installed vnetlab runs" 0 "$d/bin/vnetlab" version
status "the installed vnetlab builds a lab with its own images and router" 0 \
	"$d/bin/vnetlab" up "$d/share/vnetlab/topologies/route-server"
status "routes prints the table of a NIC" 0 "$d/bin/vnetlab" routes Backend -o json
json "the NIC has routes from the Route Server" '[.value[] | select(.source == "VirtualNetworkGateway")] | length > 0'
ok "down ends the lab" "$d/bin/vnetlab" down --all

mkdir -p "$work/dest/opt"
mv "$d" "$work/dest/opt/vn"
ok "make uninstall succeeds" install_to uninstall
is "make uninstall leaves no file" "$(find "$work/dest" ! -type d)" ""
done_testing
