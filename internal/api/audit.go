package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"adtally"
)

// audit serves the audit log.
type audit struct {
	*shell
	store AuditEntries
}

func (g audit) register() {
	handle(g.shell, operation{ID: "list-audit", Method: http.MethodGet, Path: "/api/v1/audit", Tag: tagPeople, Access: forAdmins,
		Summary: "Read the audit log, newest first", Text: "Who did what to which object, when, and from which address. The log holds no secrets and cannot be edited."}, g.list)
}

// AuditEntry is one entry of the audit log.
type AuditEntry struct {
	ID     string            `json:"id" doc:"ID of the entry"`
	At     time.Time         `json:"at" doc:"When it happened"`
	Who    string            `json:"who,omitempty" doc:"Who did it, as kind:id; absent = the caller was unknown" example:"user:0198c0de"`
	Name   string            `json:"name,omitempty" doc:"Name of the caller at that time"`
	What   string            `json:"what" example:"user.update" doc:"Action, as object.verb"`
	Object string            `json:"object,omitempty" example:"user:0198c0de" doc:"Object of the action, as kind:id"`
	Called string            `json:"object_name,omitempty" doc:"Current name of the object, if it is a person or a key"`
	From   string            `json:"from" doc:"IP address of the caller"`
	Detail map[string]string `json:"detail,omitempty" doc:"Further facts about the action, such as the role that was given"`
}

func auditEntryOf(d adtally.AuditEntry, name func(string) string) AuditEntry {
	return AuditEntry{d.ID, d.At.UTC(), d.Who, d.Name, d.What, d.Object, name(d.Object), d.From, d.Detail}
}

type auditQuery struct {
	Pages
	Who    string    `query:"who" maxLength:"120" example:"user:0198c0de" doc:"Only entries of this caller"`
	What   string    `query:"what" maxLength:"60" example:"user.update" doc:"Only entries with this action"`
	Object string    `query:"object" maxLength:"120" example:"user:0198c0de" doc:"Only entries about this object"`
	Since  time.Time `query:"since" doc:"Only entries from this moment on"`
	Until  time.Time `query:"until" doc:"Only entries before this moment"`
}

func (g audit) list(ctx context.Context, _ Caller, in *auditQuery) (*listed[AuditEntry], error) {
	f := adtally.AuditFilter{Who: in.Who, What: in.What, Object: in.Object, Since: in.Since, Until: in.Until}
	list := fmt.Sprintf("audit %q %q %q %s %s", f.Who, f.What, f.Object, f.Since, f.Until)
	name := g.names(ctx)
	return newest(g.shell, list, in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.AuditEntry, error) {
		f.Before, f.Limit = before, limit
		return g.store.AuditEntries(ctx, f)
	}, func(d adtally.AuditEntry) AuditEntry { return auditEntryOf(d, name) }, func(d adtally.AuditEntry) adtally.PagePosition { return adtally.PagePosition{At: d.At, ID: d.ID} })
}
