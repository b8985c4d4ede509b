package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/store"
)

// fakeFiles keeps what is known of files, but reads nothing.
type fakeFiles struct{ db *store.DB }

func (fakeFiles) Fields(kind adtally.FileKind) []adtally.FileField {
	return []adtally.FileField{{Name: string(kind) + "_id", Title: "ID", Help: "Its ID", Required: true, Type: "text"}}
}

func (f fakeFiles) Files(ctx context.Context) ([]adtally.DataFile, error) { return f.db.DataFiles(ctx) }

func (f fakeFiles) File(ctx context.Context, id string) (adtally.DataFile, error) {
	return f.db.DataFile(ctx, id)
}

func (fakeFiles) Check(f adtally.DataFile) error {
	if len(f.Mapping.Columns) == 0 {
		return &adtally.Fault{Act: adtally.Configure, Code: "file_mapping", Message: "Nothing says what is the ID", Hint: "Choose its column."}
	}
	return nil
}

func (fakeFiles) Understand(f adtally.DataFile) (all []adtally.FileReading) {
	for _, r := range f.Guess.Preview {
		all = append(all, adtally.FileReading{Line: r.Line, Values: map[string]string{"orders_id": r.Cells[0]}})
	}
	return all
}

func (f fakeFiles) Receive(ctx context.Context, name string, kind adtally.FileKind, body io.Reader, by string, audit func(adtally.DataFile) adtally.AuditEntry) (adtally.DataFile, error) {
	n, err := io.Copy(io.Discard, body)
	if err != nil {
		return adtally.DataFile{}, err
	}
	if n == 0 {
		return adtally.DataFile{}, &adtally.Fault{Act: adtally.Configure, Code: "file_invalid", Message: "The file is empty", Hint: "Export it again."}
	}
	file := adtally.DataFile{ID: "file-" + name, Name: name, Kind: kind, Size: n, By: by, Uploaded: time.Unix(1, 0), Revision: 1, Guess: adtally.FileGuess{Columns: []string{"a"}, Preview: []adtally.FileRow{{Line: 2, Cells: []string{"x"}}}}}
	return file, f.db.AddDataFile(ctx, file, audit(file))
}

func (f fakeFiles) Map(ctx context.Context, file adtally.DataFile, audit func(adtally.DataFile) adtally.AuditEntry) (adtally.DataFile, error) {
	if file.Relation != "shop.orders" {
		return file, &adtally.Fault{Act: adtally.Configure, Code: "file_mapping", Message: "The warehouse has no such table", Hint: "Did you mean shop.orders?"}
	}
	file.ID, file.Revision, file.Uploaded = "file-"+file.Name, 1, time.Unix(1, 0)
	return file, f.db.AddDataFile(ctx, file, audit(file))
}

func (f fakeFiles) Edit(ctx context.Context, id string, revision int64, m adtally.FileMapping, audit adtally.AuditEntry) (adtally.DataFile, error) {
	file, err := f.db.DataFile(ctx, id)
	if err != nil {
		return file, err
	}
	file.Mapping, file.Revision = m, revision
	return f.db.EditDataFile(ctx, file, audit)
}

func (f fakeFiles) Load(ctx context.Context, id string, audit ...adtally.AuditEntry) (adtally.DataFile, error) {
	file, err := f.db.DataFile(ctx, id)
	if err != nil {
		return file, err
	}
	if err := f.Check(file); err != nil {
		return file, err
	}
	file.Result = adtally.FileResult{At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Rows: 3, Refused: 1, Errors: []adtally.LineError{{Line: 4, Column: "a", Value: "=1+1", Reason: "It is not a number"}}}
	return f.db.EditDataFile(ctx, file, audit...)
}

func (f fakeFiles) Delete(ctx context.Context, id string, audit adtally.AuditEntry) error {
	return f.db.RemoveDataFile(ctx, id, audit)
}

func (fakeFiles) Tables(context.Context) ([]adtally.WarehouseTable, error) {
	return []adtally.WarehouseTable{{Name: "shop.orders", Columns: []adtally.WarehouseColumn{{Name: "id", Type: "VARCHAR"}}}}, nil
}

// fakeRules keep the rules for figures.
type fakeRules struct{ db *store.DB }

func (f fakeRules) AnalyticsSettings(ctx context.Context) (analytics.Settings, int64, error) {
	s := analytics.DefaultSettings()
	revision, err := f.db.SettingDocument(ctx, "analytics", &s)
	return s, revision, err
}

func (f fakeRules) SetAnalyticsSettings(ctx context.Context, s analytics.Settings, revision int64, d adtally.AuditEntry) error {
	return f.db.SetSettingDocument(ctx, "analytics", revision, s, d)
}

func TestFile_FromUploadToDeletion(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	editor, viewer := h.guest("e@example.com", adtally.Editor), h.guest("v@example.com", adtally.Viewer)
	const list = "/api/v1/files"
	large := strings.Repeat("a,b\n", 1<<20) // four times as large as other bodies may be
	viewer.ask("POST", list+"?name=x&kind=orders", "a").refused(http.StatusForbidden, "forbidden")
	editor.ask("POST", list+"?name=x&kind=orders", "").refused(http.StatusUnprocessableEntity, "file_invalid")
	editor.ask("POST", list+"?name=x&kind=shoes", "a").refused(http.StatusUnprocessableEntity, "invalid")
	editor.ask("POST", list+"?kind=orders", "a").refused(http.StatusUnprocessableEntity, "invalid")
	made := editor.ask("POST", list+"?name=x&kind=orders", large).is(http.StatusCreated)
	same(t, "the file", made.field("id"), "file-x")
	editor.ask("POST", list+"?name=x&kind=orders", "a").refused(http.StatusConflict, "name_used")
	one := list + "/file-x"
	if text := viewer.ask("GET", one, "").is(200).Body.String(); !strings.Contains(text, `"blocked":{"message":"Nothing says what is the ID"`) || !strings.Contains(text, `"cells":["x"]`) || !strings.Contains(text, `"readings":[{"line":2,"values":{"orders_id":"x"},"problems":[]}]`) || !strings.Contains(text, `"size":4194304`) {
		t.Errorf("the file: %s", text)
	}
	editor.ask("POST", one+"/load", "").refused(http.StatusUnprocessableEntity, "file_mapping")
	change := `{"columns":{"orders_id":"a"},"decimal":",","dates":{"d":"DD.MM.YYYY"},"complete_through":"2026-01-31"}`
	editor.ask("PATCH", one, change).refused(http.StatusPreconditionRequired, "edit_unconditional")
	editor.ask("PATCH", one, change, "If-Match: "+made.Header().Get("ETag")).is(200)
	editor.ask("PATCH", one, change, "If-Match: "+made.Header().Get("ETag")).refused(http.StatusPreconditionFailed, "stale_edit")
	viewer.ask("POST", one+"/load", "").refused(http.StatusForbidden, "forbidden")
	if text := editor.ask("POST", one+"/load", "").is(200).Body.String(); !strings.Contains(text, `"rows":3`) || strings.Contains(text, "blocked") {
		t.Errorf("loaded: %s", text)
	}
	same(t, "the refused lines", viewer.ask("GET", one+"/errors", "").is(200).Body.String(), "line,column,value,reason\n4,a,'=1+1,It is not a number\n")
	if text := viewer.ask("GET", list, "").is(200).Body.String(); !strings.Contains(text, `"preview":[]`) {
		t.Errorf("the list: %s", text)
	}
	viewer.ask("DELETE", one, "").refused(http.StatusForbidden, "forbidden")
	editor.ask("DELETE", one, "").is(http.StatusNoContent)
	editor.ask("GET", one, "").refused(http.StatusNotFound, "not_found")
	for _, what := range []string{"file.upload", "file.update", "file.load", "file.delete"} {
		if all, err := h.database.AuditEntries(ctx, adtally.AuditFilter{What: what, Limit: 10}); err != nil || len(all) != 1 {
			t.Errorf("the audit log of %s: %v, %v", what, all, err)
		}
	}
}

func TestMappedTable(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	if text := h.ask("GET", "/api/v1/warehouse-tables", "").is(200).Body.String(); !strings.Contains(text, `"shop.orders"`) {
		t.Errorf("the tables: %s", text)
	}
	const path = "/api/v1/mapped-tables"
	h.ask("POST", path, `{"name":"shop","kind":"orders","table":"shop.order"}`).refused(http.StatusUnprocessableEntity, "file_mapping")
	if text := h.ask("POST", path, `{"name":"shop","kind":"orders","table":"shop.orders","columns":{"orders_id":"id"}}`).is(http.StatusCreated).Body.String(); !strings.Contains(text, `"table":"shop.orders"`) {
		t.Errorf("mapped: %s", text)
	}
	h.ask("POST", "/api/v1/files/file-shop/load", "").is(200)
	h.ask("DELETE", "/api/v1/files/file-shop", "").is(http.StatusNoContent)
}

func TestAnalyticsSettings(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	viewer := h.guest("v@example.com", adtally.Viewer)
	const path = "/api/v1/analytics-settings"
	first := viewer.ask("GET", path, "").is(200)
	same(t, "the zone", first.field("reporting_zone"), "UTC")
	tag := "If-Match: " + first.Header().Get("ETag")
	viewer.ask("PATCH", path, `{}`, tag).refused(http.StatusForbidden, "forbidden")
	for body, field := range map[string]string{`{"reporting_zone":"Mars"}`: "body.reporting_zone", `{"fiscal_year_start":"02-31"}`: "body.fiscal_year_start", `{"gross_margin":"2"}`: "body.gross_margin", `{"reporting_currency":"euro"}`: "body.reporting_currency"} {
		h.ask("PATCH", path, body, tag).refused(http.StatusUnprocessableEntity, "invalid").names(t, field)
	}
	h.ask("PATCH", path, `{"reporting_zone":"Europe/Berlin","cancelled_statuses":["void"]}`, tag).is(200)
	h.ask("PATCH", path, `{}`, tag).refused(http.StatusPreconditionFailed, "stale_edit")
	same(t, "the zone", h.ask("GET", path, "").is(200).field("reporting_zone"), "Europe/Berlin")
}
