/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "report/picture.h"

enum session_state **picture_states(const struct model *m, const json_t *status)
{
	if (!status)
		return NULL;
	enum session_state **states = xcalloc(m->n_route_servers, sizeof(*states));

	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		states[i] = xcalloc(rs->n_conns, sizeof(**states));
		for (size_t j = 0; j < rs->n_conns; j++) {
			unsigned up = 0;
			size_t k;
			json_t *s;

			json_array_foreach (json_object_get(status, "bgp"), k, s) {
				const char *of =
				    json_string_value(json_object_get(s, "routeServer"));
				const char *name = json_string_value(json_object_get(s, "peering"));
				const char *state = json_string_value(json_object_get(s, "state"));

				up += strieq(of, rs->name) && strieq(name, rs->conns[j].name) &&
				      streq(state, "Established");
			}
			states[i][j] = up >= 2 ? SESSION_UP : up ? SESSION_HALF : SESSION_DOWN;
		}
	}
	return states;
}

void picture_states_free(enum session_state **states, size_t n)
{
	for (size_t i = 0; states && i < n; i++)
		free(states[i]);
	free(states);
}
