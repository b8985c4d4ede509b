package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"adtally"
)

// audit entries are the audit log, for reading.
type audit struct {
	*shell
	store AuditEntries
}

func (g audit) register() {
	handle(g.shell, operation{ID: "list-audit", Method: http.MethodGet, Path: "/api/v1/audit", Tag: tagPeople, Access: forAdmins,
		Summary: "Read the audit log, newest first", Text: "Who did what to which thing, when and from where. Nothing in it is secret, and nobody can change it."}, g.list)
}

// AuditEntry is an entry of the audit log.
type AuditEntry struct {
	ID     string            `json:"id"`
	At     time.Time         `json:"at"`
	Who    string            `json:"who,omitempty" doc:"Absent = nobody who is known" example:"user:0198c0de"`
	Name   string            `json:"name,omitempty" doc:"What they were called then"`
	What   string            `json:"what" example:"user.update"`
	Object string            `json:"object,omitempty" example:"user:0198c0de"`
	Called string            `json:"object_name,omitempty" doc:"What the object is called now, where it is a person or a key"`
	From   string            `json:"from" doc:"The address"`
	Detail map[string]string `json:"detail,omitempty"`
}

func auditEntryOf(d adtally.AuditEntry, name func(string) string) AuditEntry {
	return AuditEntry{d.ID, d.At.UTC(), d.Who, d.Name, d.What, d.Object, name(d.Object), d.From, d.Detail}
}

type auditQuery struct {
	Pages
	Who    string    `query:"who" maxLength:"120" example:"user:0198c0de"`
	What   string    `query:"what" maxLength:"60" example:"user.update"`
	Object string    `query:"object" maxLength:"120" example:"user:0198c0de"`
	Since  time.Time `query:"since" doc:"From this moment on"`
	Until  time.Time `query:"until" doc:"Before this moment"`
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
