package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

func (g sqlQueries) registerSaved(list string) {
	one := list + "/{id}"
	handle(g.shell, operation{ID: "list-saved-sql", Method: http.MethodGet, Path: list, Tag: tagSQL, Access: forEditors, Summary: "List the saved statements"}, g.saved)
	handle(g.shell, operation{ID: "create-saved-sql", Method: http.MethodPost, Path: list, Tag: tagSQL, Access: forEditors, Status: http.StatusCreated, Summary: "Save a statement",
		Text: "Everybody who may run SQL sees it."}, g.create)
	handle(g.shell, operation{ID: "get-saved-sql", Method: http.MethodGet, Path: one, Tag: tagSQL, Access: forEditors, Summary: "Get a saved statement"}, g.get)
	handle(g.shell, operation{ID: "update-saved-sql", Method: http.MethodPut, Path: one, Tag: tagSQL, Access: forEditors, Summary: "Replace a saved statement"}, g.change)
	handle(g.shell, operation{ID: "delete-saved-sql", Method: http.MethodDelete, Path: one, Tag: tagSQL, Access: forEditors, Summary: "Delete a saved statement"}, g.remove)
}

// NamedSQL is a statement with a name.
type NamedSQL struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"Name for people"`
	SQLText
}

// SavedStatement is a saved statement.
type SavedStatement struct {
	ID string `json:"id" doc:"ID of the statement"`
	NamedSQL
	By      string    `json:"updated_by" doc:"Who last changed it, as kind:id"`
	ByName  string    `json:"updated_by_name,omitempty" doc:"Current name of who last changed it"`
	Updated time.Time `json:"updated" doc:"When it was last changed"`
	ETag    string    `json:"etag" doc:"Send it as If-Match with an update"`
}

type oneStatement struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body SavedStatement
}

func statementOf(q adtally.SavedSQL, name func(string) string) SavedStatement {
	return SavedStatement{q.ID, NamedSQL{q.Name, SQLText{q.SQL}}, q.UpdatedBy, name(q.UpdatedBy), q.Updated.UTC(), etag(q.Revision)}
}

func (g sqlQueries) saved(ctx context.Context, _ Caller, _ *struct{}) (*listed[SavedStatement], error) {
	all, err := g.SavedSQL.AllSavedSQL(ctx)
	if err != nil {
		return nil, err
	}
	out := &listed[SavedStatement]{}
	out.Body.Items = []SavedStatement{}
	name := g.names(ctx)
	for _, q := range all {
		out.Body.Items = append(out.Body.Items, statementOf(q, name))
	}
	return out, nil
}

func (g sqlQueries) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneStatement, error) {
	q, err := g.SavedSQL.SavedSQL(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneStatement{etag(q.Revision), statementOf(q, g.names(ctx))}, nil
}

func (g sqlQueries) create(ctx context.Context, who Caller, in *struct{ Body NamedSQL }) (*oneStatement, error) {
	q := adtally.SavedSQL{ID: g.NewID(), Name: in.Body.Name, SQL: in.Body.SQL, Revision: 1, Created: g.Now(), CreatedBy: who.String(), Updated: g.Now(), UpdatedBy: who.String()}
	if err := g.SavedSQL.AddSavedSQL(ctx, q, g.audited(who, "sql.save", object("sql", q.ID), nil)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{ByID{q.ID}})
}

func (g sqlQueries) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body NamedSQL
},
) (*oneStatement, error) {
	q, err := g.edited(ctx, in.ID, in.Edit)
	if err != nil {
		return nil, err
	}
	q.Name, q.SQL, q.Updated, q.UpdatedBy = in.Body.Name, in.Body.SQL, g.Now(), who.String()
	if err := g.SavedSQL.EditSavedSQL(ctx, q, g.audited(who, "sql.save", object("sql", q.ID), nil)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{in.ByID})
}

// edited returns a statement with the revision that the caller has seen.
func (g sqlQueries) edited(ctx context.Context, id string, seen Edit) (q adtally.SavedSQL, err error) {
	version, err := seen.Version()
	if err != nil {
		return q, err
	}
	q, err = g.SavedSQL.SavedSQL(ctx, id)
	q.Revision = version
	return q, err
}

func (g sqlQueries) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	return nil, g.SavedSQL.RemoveSavedSQL(ctx, in.ID, g.audited(who, "sql.delete", object("sql", in.ID), nil))
}
