// Package api serves HTTP: REST under /api/v1 with its OpenAPI document and reference
// page, sessions, keys, roles and the audit log.
//
// It imports the root package, never a platform, a warehouse or SQL: store.go and
// service.go declare the methods that it needs, and the caller passes implementations.
// Its one rule: a caller without access is refused before anything else of the request
// is read.
//
// # Roles and permissions
//
// guest     see the dashboards that an admin gave them, and nothing else
// viewer    read sources, runs and figures; change the own name and password
// editor    also define the meaning of figures: metrics, questions, reports
// builder   also create, change and delete sources, schedules, warehouses and alerts
// admin     also manage people, invites, keys, the audit log and the installation
//
// Two permissions come with no role, not even with admin. An admin grants them by
// name:
//
// credentials   see what a credential allows, and replace it
//
//	syncs         start and stop syncs, and backfill
//
// Users and keys have a role and permissions. Every operation declares the access that
// it requires: a role, optionally a permission, whether a key may call it, or that it
// is public. The OpenAPI document shows this as x-access; testdata/access.golden lists
// all operations.
//
// # Share links
//
// The holder of a share link reads one dashboard under /s/api. An operation is for holders if
// its access says Share; the router refuses every other one to them. Its answers are types of
// their own (shared.go), with numbers in place of IDs, and its errors have the texts in
// sharedproblem.go. Every question carries the link's lock and fee: see sharedBoard.question.
//
// # Adding an endpoint
//
// Create one file for a group of operations. Declare a struct with the interfaces that
// the group needs, and its handlers as methods:
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
// and add one line to groups (api.go). Inputs and outputs are structs with huma's
// tags. An error that is an adtally.Fault becomes a problem with the status from
// problems (problemcode.go); add new codes there. An operation that changes something
// writes an audit entry (shell.audited) in the same transaction. An update embeds Edit
// and checks its Version; the operation that reads the object returns its ETag. A
// handler that is not an operation, such as a page of another program, is a Mount.
package api
