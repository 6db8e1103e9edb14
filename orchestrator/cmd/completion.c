/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab completion: prints a script for the shell.  The script runs `vnetlab completion
 * --complete` for each word, so that it need not change with the commands. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "cmd/complete.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "lab/client/client.h"
#include "plan/names.h"

static const char BASH[] =
    "# bash completion for vnetlab: source <(vnetlab completion bash)\n"
    "_vnetlab() {\n"
    "	local cur=${COMP_WORDS[COMP_CWORD]} line\n"
    "	COMPREPLY=()\n"
    "	while IFS= read -r line; do\n"
    "		if [ \"$line\" = :files ]; then\n"
    "			while IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -f -- "
    "\"$cur\")\n"
    "			compopt -o filenames 2>/dev/null\n"
    "		else\n"
    "			COMPREPLY+=(\"${line%%$'\\t'*}\")\n"
    "		fi\n"
    "	done < <(\"${COMP_WORDS[0]}\" completion --complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
    "2>/dev/null)\n"
    "}\n"
    "complete -F _vnetlab vnetlab\n";

static const char ZSH[] =
    "#compdef vnetlab\n"
    "# zsh completion for vnetlab: source <(vnetlab completion zsh), or in a folder of $fpath as "
    "_vnetlab\n"
    "_vnetlab() {\n"
    "	local line\n"
    "	local -a found\n"
    "	for line in ${(f)\"$($words[1] completion --complete -- \"${(@)words[2,CURRENT]}\" "
    "2>/dev/null)\"}; do\n"
    "		if [[ $line == :files ]]; then\n"
    "			_files\n"
    "		elif [[ $line == *$'\\t'* ]]; then\n"
    "			found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "		else\n"
    "			found+=(\"${line//:/\\\\:}\")\n"
    "		fi\n"
    "	done\n"
    "	(( $#found )) && _describe vnetlab found\n"
    "}\n"
    "if [[ $funcstack[1] == _vnetlab ]]; then\n"
    "	_vnetlab \"$@\"\n"
    "else\n"
    "	compdef _vnetlab vnetlab\n"
    "fi\n";

static const char FISH[] =
    "# fish completion for vnetlab: vnetlab completion fish | source\n"
    "function __vnetlab_complete\n"
    "	set -l words (commandline -opc)\n"
    "	set -l cur (commandline -ct)\n"
    "	for line in ($words[1] completion --complete -- $words[2..-1] \"$cur\" 2>/dev/null)\n"
    "		if test \"$line\" = :files\n"
    "			__fish_complete_path \"$cur\"\n"
    "		else\n"
    "			echo -- $line\n"
    "		end\n"
    "	end\n"
    "end\n"
    "complete -c vnetlab -f -a '(__vnetlab_complete)'\n";

/* --- names --- */

static void lab_names(struct candidates *ret)
{
	char **names = NULL;
	size_t n = 0;

	if (lab_list(&names, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		candidates_add(ret, names[i], "running lab");
		free(names[i]);
	}
	free(names);
}

static json_t *lab_design(const char *lab)
{
	struct lab_client *c = NULL;
	json_t *answer = NULL, *design = NULL;
	struct err e = { 0 };

	if (lab_connect(lab, &c, &e) < 0)
		return NULL;
	if (lab_call(c, json_pack("{s:s}", "op", "design"), NULL, NULL, &answer, NULL, &e) == 0)
		design = json_incref(json_object_get(answer, "design"));
	json_decref(answer);
	lab_disconnect(c);
	return design;
}

/* The model of what the line names, else of the only lab that runs, else of the only topology here.
 * A design with mistakes completes nothing: `vnetlab check` says why. */
static struct model *some_model(const char *lab, const char *topology)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };
	json_t *design = topology ? NULL : lab_design(lab);

	if (!design) {
		_cleanup_free_ char *path =
		    topology ? xstrdup(topology) : topology_only_in(".", NULL, NULL);

		design = path ? design_read(path, &f, &e) : NULL;
	}
	struct model *m = design ? design_checked(design, &f) : NULL;

	json_decref(design);
	return m;
}

static const char *role_help(enum node_role r)
{
	static const char *const help[] = {
		[VM_USER] = "VM",
		[VM_FIREWALL] = "Azure Firewall",
		[VM_ENDPOINT] = "private endpoint",
		[VM_GATEWAY] = "gateway instance",
		[VM_MSEE] = "circuit's MSEE",
		[VM_SITE_ROUTER] = "site's router",
		[VM_SITE_HOST] = "site's host",
	};

	return help[r];
}

/* Adds the name of each session once.  The list is not sorted, so equal names need not be
 * neighbours. */
static void gateway_sessions(const struct model *m, struct candidates *ret)
{
	for (size_t i = 0; i < m->n_sessions; i++) {
		_cleanup_free_ char *name = hybrid_session_word(&m->sessions[i]);
		bool known = !name;

		for (size_t k = 0; k < ret->n && !known; k++)
			known = strieq(ret->items[k].word, name);
		if (!known)
			candidates_add(ret, name, "a gateway's BGP");
	}
}

void complete_names(enum arg_kind kind, const char *lab, const char *topology,
                    struct candidates *ret)
{
	if (kind == ARG_LAB)
		lab_names(ret);
	if (kind != ARG_NODE && kind != ARG_NIC && kind != ARG_PEERING && kind != ARG_SESSION &&
	    kind != ARG_GATEWAY)
		return;
	struct model *m = some_model(lab, topology);

	if (!m)
		return;
	for (size_t i = 0; kind == ARG_GATEWAY && i < m->n_gateways; i++)
		candidates_add(ret, m->gateways[i].name, "virtual network gateway");
	for (size_t i = 0; (kind == ARG_NODE || kind == ARG_NIC) && i < m->n_vms; i++)
		candidates_add(ret, m->vms[i].name, role_help(m->vms[i].role));
	for (size_t i = 0; kind == ARG_NIC && i < m->n_nics; i++)
		candidates_add(ret, m->nics[i].name, "NIC");
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		for (unsigned k = 0; kind == ARG_NODE && k < 2; k++) {
			_cleanup_free_ char *name = node_name_rs(rs, k);

			candidates_add(ret, name, "Route Server instance");
		}
		for (size_t j = 0; (kind == ARG_PEERING || kind == ARG_SESSION) && j < rs->n_conns;
		     j++) {
			_cleanup_free_ char *name = xasprintf("%s/%s", rs->name, rs->conns[j].name);

			candidates_add(ret, name, "BGP connection");
		}
	}
	if (kind == ARG_SESSION)
		gateway_sessions(m, ret);
	if (kind == ARG_NODE) {
		candidates_add(ret, "internet", "the Internet's hosts");
		candidates_add(ret, "fabric", "the virtual router");
	}
	model_free(m);
}

static int cmd_completion(const struct cmd_args *a)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = { { "bash", BASH }, { "zsh", ZSH }, { "fish", FISH } };

	if (arg_flag(a, "complete")) {
		struct candidates found = { 0 };

		if (a->passthrough)
			complete(a->passthrough, complete_names, &found);
		for (size_t i = 0; i < found.n; i++)
			printf("%s%s%s\n", found.items[i].word, found.items[i].help ? "\t" : "",
			       found.items[i].help ? found.items[i].help : "");
		if (found.files)
			puts(":files");
		candidates_free(&found);
		return EX_DONE;
	}
	for (size_t i = 0; a->argc && i < ARRAY_LEN(scripts); i++)
		if (streq(a->argv[0], scripts[i].shell)) {
			fputs(scripts[i].script, stdout);
			return EX_DONE;
		}
	return a->argc ? ui_usage(a, "there is no script for '%s'", a->argv[0])
	               : ui_usage(a, "for which shell?");
}

COMMAND(
    completion,
    { .name = "completion",
      .group = "Tool",
      .synopsis = "completion bash|zsh|fish",
      .summary = "prints a script that completes commands in a shell",
      .help = "Completes commands, options, their values, labs, nodes, NICs and peerings; of the "
              "running lab, or of the topology in this folder.\n\n"
              "  source <(vnetlab completion bash)    # in ~/.bashrc\n"
              "  source <(vnetlab completion zsh)     # in ~/.zshrc, behind compinit\n"
              "  vnetlab completion fish | source     # in ~/.config/fish/config.fish\n\n"
              "'make install' puts the scripts where the shells find them.",
      .max_args = 1,
      .kinds = { ARG_WORD },
      .takes_passthrough = true,
      .here = true,
      .opts = (const struct option_def[]){ { 0, "complete", NULL,
                                             "for the scripts: prints what the last of the "
                                             "words behind -- could be",
                                             false },
                                           { 0 } },
      .run = cmd_completion });
