/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images that ship, and broken ones of a user. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/image/image.h"
#include "lab/image/image_def.h"
#include "mini.h"
#include "scratch.h"

static struct model *m;
static struct node *vm;
static char dir[SCRATCH];

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/mine/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* An NVA with everything a "bgp" block can have, and a folder for images of its own. */
static int setup(void **state)
{
	static const char *comms[] = { "65535:65282", "65001:7" };

	(void)state;
	scratch_make(dir);
	_cleanup_free_ char *mine = xasprintf("%s/mine", dir);
	_cleanup_free_ char *env = xasprintf("%s:images", dir);

	assert_int_equal(mkdir(mine, 0755), 0);
	setenv("VNETLAB_IMAGES", env, 1);
	m = mini_new();
	struct vnet *hub = mini_vnet(m, "Hub", "10.10.0.0/16");
	struct nic *nic =
	    mini_vm(m, mini_subnet(m, hub, "NVA", "10.10.1.0/24"), "nva1", "10.10.1.4", true);
	struct route_server *rs =
	    mini_rs(m, mini_subnet(m, hub, "RouteServerSubnet", "10.10.0.64/27"), "ars");

	rs->conns = arena_array(m->arena, 1, sizeof(*rs->conns));
	rs->conns[0] = (struct bgp_connection){
		.name = "nva1", .rs = rs, .peer_ip = nic->ip, .peer_asn = 65001, .nic = nic
	};
	rs->n_conns = 1;
	vm = nic->vm;
	vm->ptr = "/virtualMachines/nva1";
	vm->guest.bgp = (struct bgp_block){ .present = true,
		                            .ptr = "/virtualMachines/nva1/bgp",
		                            .asn = 65001,
		                            .prepend = 2,
		                            .communities = comms,
		                            .n_communities = 2,
		                            .next_hop = A("10.10.1.100"),
		                            .n_advertise = 2 };
	vm->guest.bgp.advertise = arena_array(m->arena, 2, sizeof(struct prefix));
	vm->guest.bgp.advertise[0] = P("0.0.0.0/0");
	vm->guest.bgp.advertise[1] = P("10.0.0.0/8");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	m = model_free(m);
	return 0;
}

/* What each image makes of the block; of the block with nothing but prefixes. */
static void generated(void **state)
{
	static const struct {
		const char *image, *path;
	} cases[] = {
		{ "frr", "/etc/frr/bgpd.conf" },       { "bird", "/etc/bird/bird.conf" },
		{ "bird1", "/etc/bird/bird.conf" },    { "openbgpd", "/etc/openbgpd/bgpd.conf" },
		{ "gobgp", "/etc/gobgp/gobgpd.conf" }, { "exabgp", "/etc/exabgp/exabgp.conf" }
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct image_plan *p = NULL;
		struct err e = { 0 };
		const char *text = NULL;

		if (i == ARRAY_LEN(cases))
			vm->guest.bgp.prepend = vm->guest.bgp.n_communities =
			    vm->guest.bgp.next_hop = 0;
		vm->guest.image = cases[i % ARRAY_LEN(cases)].image;
		int rc = image_plan(m, vm, &p, &e);

		if (rc == -ENOPKG) {
			print_message("%s\n", e.msg);
			continue;
		}
		if (rc < 0)
			fail_msg("%s: %s", vm->guest.image, e.msg);
		assert_true(p->forwarding);
		assert_true(p->n_daemons > 0);
		for (size_t k = 0; k < p->n_files; k++)
			if (streq(p->files[k].path, cases[i % ARRAY_LEN(cases)].path))
				text = p->files[k].content;
		assert_non_null(text);
		_cleanup_free_ char *golden =
		    xasprintf("tests/golden/images/%s-%s.conf", vm->guest.image,
		              i < ARRAY_LEN(cases) ? "all" : "plain");
		_cleanup_free_ char *want = NULL;

		if (getenv("ACCEPT")) {
			FILE *f = fopen(golden, "w");

			assert_non_null(f);
			fputs(text, f);
			fclose(f);
		}
		assert_int_equal(image_text(golden, &want, &e), 0);
		assert_string_equal(text, want);
		image_plan_free(p);
	}
}

static const struct image_daemon *daemon_of(const struct image_plan *p, const char *name)
{
	for (size_t i = 0; i < p->n_daemons; i++)
		if (streq(p->daemons[i].name, name))
			return &p->daemons[i];
	return NULL;
}

static struct image_plan *frr_with(struct config_file *files, size_t n)
{
	struct image_plan *p = NULL;
	struct err e = { 0 };

	vm->guest.image = "frr";
	vm->guest.bgp.present = false;
	vm->guest.configs = files;
	vm->guest.n_configs = n;
	int rc = image_plan(m, vm, &p, &e);

	vm->guest.n_configs = 0;
	if (rc == -ENOPKG) {
		print_message("%s\n", e.msg);
		return NULL;
	}
	if (rc < 0)
		fail_msg("%s", e.msg);
	return p;
}

static struct config_file own(const char *name, const char *text)
{
	return (struct config_file){ name, name, "/virtualMachines/nva1/config/x", text,
		                     strlen(text) };
}

/* Quagga's pair; FRR's one file; what each needs is started, and nothing else. */
static void which_daemons(void **state)
{
	struct config_file quagga[] = { own("zebra.conf", "hostname a\n"),
		                        own("bgpd.conf", "router bgp 65000\n") };
	struct config_file one[] = { own("frr.conf", "! router ospf\nip route 1.0.0.0/8 10.0.0.1\n"
		                                     "router bgp 65000\n neighbor x\n") };
	struct config_file daemons[] = { own("daemons", "ospfd=yes\nbgpd=no\n") };

	(void)state;
	struct image_plan *p = frr_with(quagga, 2);

	if (!p)
		skip();
	assert_non_null(daemon_of(p, "zebra"));
	assert_non_null(daemon_of(p, "bgpd"));
	assert_null(daemon_of(p, "staticd"));
	assert_null(daemon_of(p, "vtysh"));
	assert_string_equal(daemon_of(p, "bgpd")->check_argv[3], "/etc/frr/bgpd.conf");
	assert_int_equal(daemon_of(p, "bgpd")->ready, READY_SOCKET);
	image_plan_free(p);
	p = frr_with(one, 1);
	assert_non_null(daemon_of(p, "staticd"));
	assert_non_null(daemon_of(p, "bgpd"));
	assert_null(daemon_of(p, "ospfd"));
	/* Last, and it ends: the file goes to all of them. */
	assert_string_equal(p->daemons[p->n_daemons - 1].name, "vtysh");
	assert_int_equal(p->daemons[p->n_daemons - 1].ready, READY_EXIT);
	assert_string_equal(daemon_of(p, "zebra")->check_argv[3], "/etc/frr/frr.conf");
	image_plan_free(p);
	p = frr_with(daemons, 1);
	assert_non_null(daemon_of(p, "ospfd"));
	assert_null(daemon_of(p, "bgpd"));
	image_plan_free(p);
}

static void refusals(void **state)
{
	struct config_file nix[] = { own("nix.conf", "x") }, both[] = { own("bird.conf", "x") };
	struct image_plan *p = NULL;
	struct err e = { 0 };

	(void)state;
	vm->guest.image = "fr";
	assert_int_equal(image_plan(m, vm, &p, &e), -ENOENT);
	assert_string_equal(e.msg, "/virtualMachines/nva1/image: there is no image \"fr\"; did you "
	                           "mean \"frr\"? Known: bird, bird1, exabgp, frr, gobgp, host, "
	                           "openbgpd "
	                           "(further folders: VNETLAB_IMAGES)");
	vm->guest.image = "../frr";
	assert_int_equal(image_plan(m, vm, &p, &e), -ENOENT);
	vm->guest.image = "bird";
	vm->guest.configs = nix;
	vm->guest.n_configs = 1;
	assert_int_equal(image_plan(m, vm, &p, &e), -EINVAL);
	assert_string_equal(e.msg, "/virtualMachines/nva1/config/x: image bird takes no file "
	                           "\"nix.conf\"; it takes bird.conf");
	vm->guest.configs = both;
	assert_int_equal(image_plan(m, vm, &p, &e), -EINVAL);
	assert_string_equal(e.msg,
	                    "/virtualMachines/nva1/bgp: \"bgp\" would generate bird.conf, and "
	                    "\"config\" has one: leave one of them out");
	vm->guest.n_configs = 0;
	vm->guest.bgp.present = false;
	assert_int_equal(image_plan(m, vm, &p, &e), -EINVAL);
	assert_string_equal(e.msg, "/virtualMachines/nva1: image bird needs a configuration: a "
	                           "\"bgp\" block, or in \"config\" one of bird.conf");
	assert_null(p);
	vm->guest.image = "host";
	assert_int_equal(image_plan(m, vm, &p, &e), 0);
	assert_int_equal(p->n_daemons + p->n_files, 0);
	assert_null(p->dirs[0]);
	image_plan_free(p);
}

#define HEAD "{\"kind\":\"process\",\"description\":\"d\",\"package\":\"toy\","

/* image.json of a user: each mistake is named with file and place. */
static void broken_images(void **state)
{
	static const struct {
		const char *json, *want;
	} cases[] = {
		{ "{", "image.json:1:1: string or '}' expected near end of file" },
		{ "[]", "image.json:1:1: /: must be an object" },
		{ "{}", "image.json:1:1: /: an image needs \"kind\" (\"process\") (and 2 more)" },
		{ HEAD "\n \"kind\":\"vm\"}",
		  "image.json:2:7: duplicate object key near '\"kind\"'" },
		{ "{\"kind\":\"vm\",\n\"description\":\"d\",\"package\":\"toy\"}",
		  "image.json:1:2: /kind: \"kind\" is \"vm\"; it must be \"process\"" },
		{ HEAD "\n\"demons\":[]}",
		  "image.json:2:1: /demons: unknown key \"demons\" in an image; did you mean "
		  "\"daemons\"?" },
		{ HEAD "\"source\":\"x\"}", "/source: unknown key \"source\" in an image" },
		{ HEAD "\"config\":{\"a\":\"b\"}}",
		  "/config/a: \"a\" is \"b\"; it must be an absolute path, without \"..\"" },
		{ HEAD "\"config\":{\"a\":\"/etc/../b\"}}",
		  "/config/a: \"a\" is \"/etc/../b\"; it must be an absolute path, without "
		  "\"..\"" },
		{ HEAD "\"files\":{\"etc/x\":\"a.template\"}}",
		  "/files/etc~1x: \"etc/x\", a name in \"files\", must be an absolute path, "
		  "without \"..\"" },
		{ HEAD "\"files\":{\"/etc/x\":\"../a\"}}",
		  "/files/~1etc~1x: \"/etc/x\" is \"../a\"; it must be the name of a file in the "
		  "image's folder" },
		{ HEAD "\"generate\":{\"a\":\"b\"}}",
		  "/generate/a: is not one of the files in \"config\"" },
		{ HEAD "\"copies\":{\"/a\":{\"of\":\"x\",\"before\":\"\"}}}",
		  "/copies/~1a/of: is not one of the files in \"config\"" },
		{ HEAD "\"daemons\":{}}", "/daemons: \"daemons\" must be a list, not an object" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[],\"arguments\":[]}]}",
		  "/daemons/0/search: \"search\" must have at least 1 entry" },
		{ HEAD "\"daemons\":[\n{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[\n1]}]}",
		  "image.json:3:1: /daemons/0/arguments/0: \"arguments\" must be a string, not a "
		  "number" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"]}]}",
		  "/daemons/0: a daemon needs \"arguments\" (templates)" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"ready\":{}}]}",
		  "/daemons/0/ready: must have either \"exit\", or \"socket\", \"line\" or both" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"ready\":{\"exit\":true,\"line\":\"x\"}}]}",
		  "/daemons/0/ready: must have either \"exit\"" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"ready\":{\"line\":\"x\",\"greets\":true}}]}",
		  "/daemons/0/ready/greets: needs a \"socket\"" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"stray\":\"(\"}]}",
		  "/daemons/0/stray: \"stray\" is \"(\"; it must be a regular expression (POSIX, "
		  "extended)" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"when\":{\"x\":[]}}]}",
		  "/daemons/0/when/x: is not one of the files in \"config\"" },
		{ HEAD "\"config\":{\"x\":\"/x\"},\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],"
		       "\"arguments\":[],\"when\":{\"x\":[2]}}]}",
		  "/daemons/0/when/x/0: \"x\" must be a string, not a number" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"check\":[{\"search\":[\"/a\"],\"arguments\":[],\"when\":{\"y\":[]}}]}]}",
		  "/daemons/0/check/0/when/y: is not one of the files in \"config\"" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/a\"],\"arguments\":[],"
		       "\"optional\":\"yes\"}]}",
		  "/daemons/0/optional: \"optional\" must be true or false, not a string; write "
		  "true or false without quotes" },
		{ HEAD "\"outside\":{\"words\":[{\"words\":[\"log\"]}]}}",
		  "/outside/words/0: a row of \"words\" needs \"does\"" },
		{ HEAD "\"outside\":{\"words\":[],\"folder\":\"etc\"}}",
		  "/outside/folder: \"folder\" is \"etc\"; it must be an absolute path" },
		{ HEAD "\"capabilities\":[\"net_admn\"]}",
		  "/capabilities/0: there is no capability \"net_admn\" (capabilities(7), in lower "
		  "case, without cap_); did you mean \"net_admin\"?" },
		/* Good in form; bad when it is used. */
		{ HEAD "\"daemons\":[{\"name\":\"toyd\",\"search\":[\"/nonexistent/toyd\"],"
		       "\"arguments\":[]}]}",
		  "image mine: toyd is not on this machine (/nonexistent/toyd): install the "
		  "package "
		  "toy (apt-get install toy)" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/bin/sh\"],"
		       "\"arguments\":[\"{{nix}}\"]}]}",
		  "image.json: argument 0:1: there is no value \"nix\"" },
		{ HEAD "\"daemons\":[{\"name\":\"a\",\"search\":[\"/bin/sh\"],\"forEach\":\"nix\","
		       "\"arguments\":[]}]}",
		  "image.json: there is no list \"nix\" for \"forEach\"" },
		{ HEAD "\"files\":{\"/etc/a\":\"b.template\"}}",
		  "b.template: No such file or directory" },
		{ HEAD "\"files\":{\"/etc/a\":\"a.template\"}}",
		  "a.template:2: there is no value \"naem\"; did you mean \"name\"?" },
	};

	size_t wrong = 0;

	(void)state;
	vm->guest.image = "mine";
	vm->guest.bgp.present = false;
	put("a.template", "{{name}}\n{{naem}}\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct image_plan *p = NULL;
		struct err e = { 0 };

		put("image.json", cases[i].json);
		int rc = image_plan(m, vm, &p, &e);

		assert_true(rc == -EINVAL || rc == -ENOPKG || rc == -ENOENT);
		if (!strstr(e.msg, cases[i].want)) {
			print_error("got:  %s\nwant: %s\n", e.msg, cases[i].want);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void own_image(void **state)
{
	struct image_plan *p = NULL;
	struct err e = { 0 };
	size_t n;
	char **names;

	(void)state;
	put("image.json", HEAD "\"config\":{\"toy.conf\":\"/etc/toy.conf\",\"b\":\"/etc/b\"},"
	                       "\"generate\":{\"toy.conf\":\"a.template\"},"
	                       "\"directories\":[\"/run/toy\"],"
	                       "\"daemons\":[{\"name\":\"toyd\",\"search\":[\"/nonexistent/x\","
	                       "\"/bin/sh\"],\"forEach\":\"advertise\",\"arguments\":[\"-c\","
	                       "\"{{asn}} {{prefix}}\"],\"ready\":{\"exit\":true},"
	                       "\"ignoreSetgroups\":true}]}");
	put("a.template", "{{#peers}}{{address}} {{/peers}}\n");
	vm->guest.image = "mine";
	vm->guest.bgp.present = true;
	assert_int_equal(image_plan(m, vm, &p, &e), 0);
	assert_int_equal(p->n_files, 1);
	assert_string_equal(p->files[0].content, "10.10.0.68 10.10.0.69 \n");
	assert_int_equal(p->n_daemons, 2);
	assert_string_equal(p->daemons[1].argv[0], "/bin/sh");
	assert_string_equal(p->daemons[1].argv[2], "65001 10.0.0.0/8");
	assert_int_equal(p->daemons[1].ready, READY_EXIT);
	assert_true(p->daemons[1].ignore_setgroups);
	assert_null(p->daemons[1].check_argv);
	assert_string_equal(p->dirs[0], "/run/toy");
	assert_null(p->dirs[1]);
	image_plan_free(p);
	assert_int_equal(image_config_names("mine", &names, &e), 0);
	assert_string_equal(names[0], "toy.conf");
	assert_string_equal(names[1], "b");
	assert_null(names[2]);
	free(names);
	assert_int_equal(image_config_names("nix", &names, &e), -ENOENT);
	names = image_list(&n);
	assert_int_equal(n, 8);
	assert_string_equal(names[6], "mine");
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static void route_server(void **state)
{
	struct image_plan *p = NULL;
	struct err e = { 0 };
	int rc = image_plan_rs(m, &m->route_servers[0], 1, &p, &e);

	(void)state;
	if (rc == -ENOPKG)
		skip();
	assert_int_equal(rc, 0);
	assert_int_equal(p->n_daemons, 1);
	assert_string_equal(p->daemons[0].ready_path, IMAGE_RS_SOCKET);
	assert_string_equal(p->files[0].path, IMAGE_RS_CONFIG);
	assert_non_null(strstr(p->files[0].content, "router id 10.10.0.69;"));
	image_plan_free(p);
}

/* What who starts a lab has read is enough: the folder is not asked again. */
static void given(void **state)
{
	_cleanup_free_ char *json = xasprintf("%s/mine/image.json", dir);
	json_t *images = json_object(), *one;
	struct image_plan *p = NULL;
	struct err e = { 0 };

	(void)state;
	put("image.json", HEAD "\"files\":{\"/etc/one\":\"one.template\"},\"daemons\":[]}");
	put("one.template", "I am {{name}}\n");
	image_pack("mine", images);
	image_pack("nosuch", images);
	assert_int_equal(json_object_size(images), 1);
	assert_int_equal(unlink(json), 0);
	images_use(images);
	vm->guest.image = "mine";
	vm->guest.bgp.present = false;
	assert_int_equal(image_plan(m, vm, &p, &e), 0);
	assert_int_equal(p->n_files, 1);
	assert_string_equal(p->files[0].content, "I am nva1\n");
	image_plan_free(p);
	one = json_object_get(images, "mine");
	json_object_del(json_object_get(one, "files"), "image.json");
	assert_int_equal(image_plan(m, vm, &p, &e), -EINVAL);
	assert_string_equal(e.msg,
	                    "/virtualMachines/nva1/image: image \"mine\" was not sent whole");
	images_use(NULL);
	json_decref(images);
}

/* What checks a file runs beside the daemon, in the same namespace: it must not want its port. */
static void check_of_exabgp(void **state)
{
	static struct config_file file = { .name = "exabgp.conf",
		                           .path = "exabgp.conf",
		                           .content = "neighbor 10.0.0.4 {}\n",
		                           .size = 21 };
	struct image_plan *p = NULL;
	struct err e = { 0 };
	bool seen = false;

	(void)state;
	vm->guest.bgp.present = false;
	vm->guest.image = "exabgp";
	vm->guest.configs = &file;
	vm->guest.n_configs = 1;
	int rc = image_plan(m, vm, &p, &e);

	vm->guest.n_configs = 0;
	vm->guest.bgp.present = true;
	if (rc == -ENOPKG) {
		print_message("%s\n", e.msg);
		return;
	}
	assert_int_equal(rc, 0);
	for (char **a = p->daemons[0].check_argv; *a; a++)
		for (size_t i = 0; i < p->n_files; i++)
			if (streq(p->files[i].path, *a) && str_starts(*a, "/etc/exabgp/check")) {
				seen = true;
				assert_null(strstr(p->files[i].content, "bind"));
			}
	assert_true(seen);
	for (char **a = p->daemons[0].argv; *a; a++)
		assert_false(str_starts(*a, "/etc/exabgp/check"));
	image_plan_free(p);
}

/* Every image takes them, and they are read before its daemons start. */
static void own_packet_filter(void **state)
{
	static const char text[] = "flush  ruleset\ntable inet t { }\nflush table inet t\n";
	struct config_file f = { .name = "nftables.conf",
		                 .path = "nva/nft",
		                 .ptr = "/virtualMachines/nva1/config/nftables.conf",
		                 .content = text,
		                 .size = sizeof(text) - 1 };

	(void)state;
	vm->guest.filters = &f;
	vm->guest.n_filters = 1;
	vm->guest.bgp.present = false;
	for (int nat = 0; nat < 2; nat++) {
		struct image_plan *p = NULL;
		struct err e = { 0 };

		vm->guest.image = "host";
		vm->guest.source_nat = nat;
		int rc = image_plan(m, vm, &p, &e);

		if (rc == -ENOPKG) {
			assert_non_null(strstr(e.msg, "apt-get install nftables"));
			assert_non_null(strstr(e.msg, f.ptr));
			skip();
		}
		assert_int_equal(rc, 0);
		assert_int_equal(p->n_daemons, 1);
		assert_string_equal(p->daemons[0].name, "nftables.conf");
		assert_int_equal(p->daemons[0].ready, READY_EXIT);
		assert_string_equal(p->daemons[0].check_file, f.ptr);
		assert_string_equal(p->files[0].path, "/etc/nftables.conf");
		/* The table of sourceNat stays. */
		assert_string_equal(p->files[0].content,
		                    nat ? "              \ntable inet t { }\nflush table inet t\n"
		                        : text);
		image_plan_free(p);
	}
	vm->guest.source_nat = false;
	vm->guest.n_filters = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(generated, setup, teardown),
		cmocka_unit_test_setup_teardown(which_daemons, setup, teardown),
		cmocka_unit_test_setup_teardown(check_of_exabgp, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_images, setup, teardown),
		cmocka_unit_test_setup_teardown(own_image, setup, teardown),
		cmocka_unit_test_setup_teardown(given, setup, teardown),
		cmocka_unit_test_setup_teardown(route_server, setup, teardown),
		cmocka_unit_test_setup_teardown(own_packet_filter, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
