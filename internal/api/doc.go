// Package api is for speaking HTTP: REST under /api/v1 with its OpenAPI document
// and reference page, sessions, keys, roles, the audit log.
//
// It may know the words and what they mean, never a platform, a warehouse or a
// statement of SQL: it declares the methods that it needs (store.go) and is
// given something that has them. The one rule it keeps: whoever is not allowed
// to ask is refused before anything is read.
//
// # Who may what
//
//	viewer    see sources, runs, figures; their own name and password
//	editor    and say what figures mean: metrics, questions, reports
//	builder   and make, change and delete sources, schedules, warehouses, alerts
//	admin     and people, invites, keys, the audit log, the installation
//
// Two permissions come with no role, not even admin's, and are given by name:
//
//	credentials   see what a credential allows, and replace it
//	syncs         start and stop syncs, and backfill
//
// A user has a role and permissions, and so has a key. Every operation says what
// it asks for: a role, a permission besides, whether a person must do it, or
// that it is public. That is its Access; it stands in the OpenAPI document as
// x-access, and all of them together in testdata/access.golden.
//
// # To add an endpoint
//
// Make one file for a group of them. In it, a struct with the interfaces that
// the group needs and its handlers as methods:
//
//	type sources struct {
//		*shell
//		store Sources
//	}
//
//	func (g sources) register() {
//		handle(g.shell, operation{ID: "list-sources", Method: "GET", Path: "/api/v1/sources",
//			Tag: "sources", Summary: "List the sources", Access: Access{Role: adtally.Viewer}}, g.list)
//	}
//
//	func (g sources) list(ctx context.Context, who Caller, in *struct{ Pages }) (*listed[Source], error)
//
// and one line in groups (api.go). An input is a struct as huma reads it, an
// output one as huma writes it. An error that is an adtally.Fault becomes a
// problem whose status stands in statuses (problem.go); a code that is not there
// yet is added there. What changes something is given an audit entry (shell.audited) and
// writes it down in the same transaction. An edit embeds Edit and checks its
// Version; what is read before an edit says ETag. A handler that is no operation,
// such as a page of another program, is a Mount.
package api
