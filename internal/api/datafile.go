package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// DataFiles are uploaded files and mapped tables of the warehouse. Their faults are shown to the
// caller unchanged.
type DataFiles interface {
	Fields(kind adtally.FileKind) []adtally.FileField
	Files(ctx context.Context) ([]adtally.DataFile, error)
	File(ctx context.Context, id string) (adtally.DataFile, error)
	// Check returns a Fault that says why a file cannot be loaded yet, or nil.
	Check(f adtally.DataFile) error
	// Understand returns the first rows as the mapping reads them.
	Understand(f adtally.DataFile) []adtally.FileReading
	// Receive stores the bytes of a file and guesses what it looks like. A file of the same name
	// keeps its ID and mapping.
	Receive(ctx context.Context, name string, kind adtally.FileKind, body io.Reader, by string, audit func(adtally.DataFile) adtally.AuditEntry) (adtally.DataFile, error)
	// Map maps a table or view; empty columns of the mapping are suggested.
	Map(ctx context.Context, f adtally.DataFile, audit func(adtally.DataFile) adtally.AuditEntry) (adtally.DataFile, error)
	// Edit refuses with stale_edit if the file has another revision.
	Edit(ctx context.Context, id string, revision int64, m adtally.FileMapping, audit adtally.AuditEntry) (adtally.DataFile, error)
	// Load replaces the rows of a file in the warehouse.
	Load(ctx context.Context, id string, audit ...adtally.AuditEntry) (adtally.DataFile, error)
	Delete(ctx context.Context, id string, audit adtally.AuditEntry) error
	// Tables returns the tables and views of the warehouse that can be mapped.
	Tables(ctx context.Context) ([]adtally.WarehouseTable, error)
}

// dataFiles serves files and mapped tables.
type dataFiles struct {
	*shell
	Service
}

const tagData = "data"

func (g dataFiles) register() {
	const list, one = "/api/v1/files", "/api/v1/files/{id}"
	slow := []int{http.StatusServiceUnavailable}
	handle(g.shell, operation{ID: "list-file-kinds", Method: http.MethodGet, Path: "/api/v1/file-kinds", Tag: tagData, Access: forViewers, Summary: "List the kinds of files and their fields"}, g.kinds)
	handle(g.shell, operation{ID: "list-files", Method: http.MethodGet, Path: list, Tag: tagData, Access: forViewers, Summary: "List the uploaded files and mapped tables, by name"}, g.list)
	handle(g.shell, operation{ID: "create-file", Method: http.MethodPost, Path: list, Tag: tagData, Access: forEditors, Status: http.StatusCreated, Summary: "Upload a CSV file",
		Text: "The body is the file, in any encoding; it is not limited in size. Nothing is loaded yet: the answer says what the file looks like and suggests a mapping. A file of the same name and kind is replaced and keeps its mapping; its rows stay until load-file.", Refuses: []int{http.StatusConflict}}, g.create)
	handle(g.shell, operation{ID: "get-file", Method: http.MethodGet, Path: one, Tag: tagData, Access: forViewers, Summary: "Get a file or mapped table, with its first rows"}, g.get)
	handle(g.shell, operation{ID: "update-file", Method: http.MethodPatch, Path: one, Tag: tagData, Access: forEditors, Summary: "Update the mapping of a file or mapped table",
		Text: "Fields that are absent stay as they are. If the encoding, the delimiter or the header changes, the file is read again."}, g.change)
	handle(g.shell, operation{ID: "load-file", Method: http.MethodPost, Path: one + "/load", Tag: tagData, Access: forEditors, Summary: "Load a file or mapped table into the warehouse",
		Text: "Replaces exactly the rows that the file had. Lines that cannot be understood are refused with the reason; the others are loaded.", Refuses: append(slow, http.StatusConflict)}, g.load)
	handle(g.shell, operation{ID: "delete-file", Method: http.MethodDelete, Path: one, Tag: tagData, Access: forEditors, Summary: "Delete a file or mapped table with its rows", Refuses: slow}, g.remove)
	handle(g.shell, operation{ID: "download-file-errors", Method: http.MethodGet, Path: one + "/errors", Tag: tagData, Access: forViewers, Stream: "text/csv", Summary: "Download the first refused lines as CSV"}, g.errors)
	handle(g.shell, operation{ID: "list-warehouse-tables", Method: http.MethodGet, Path: "/api/v1/warehouse-tables", Tag: tagData, Access: forViewers, Summary: "List the tables and views of the warehouse that can be mapped", Refuses: slow}, g.tables)
	handle(g.shell, operation{ID: "create-mapped-table", Method: http.MethodPost, Path: "/api/v1/mapped-tables", Tag: tagData, Access: forEditors, Status: http.StatusCreated, Summary: "Map a table or view of the warehouse",
		Text: "It is loaded by load-file, and again after every sync. Without columns, the mapping is suggested. Change and delete it like a file.", Refuses: append(slow, http.StatusConflict)}, g.mapTable)
}

// FileKindInfo is a kind of file.
type FileKindInfo struct {
	Name   adtally.FileKind `json:"name" enum:"customers,orders,refunds,spend,budgets,rates" doc:"Name of the kind"`
	Fields []FileFieldInfo  `json:"fields" nullable:"false" doc:"What a file of this kind can say"`
}

// FileFieldInfo is something that a file can say.
type FileFieldInfo struct {
	Name     string `json:"name" doc:"Name of the field"`
	Title    string `json:"title" doc:"Name for people"`
	Help     string `json:"help" doc:"What the field is"`
	Required bool   `json:"required" doc:"Whether it needs a column or one value for all rows"`
	Type     string `json:"type" enum:"text,number,money,day,instant,month,flag,currency" doc:"Type of its values"`
}

func (g dataFiles) kinds(context.Context, Caller, *struct{}) (*listed[FileKindInfo], error) {
	out := &listed[FileKindInfo]{}
	for _, k := range adtally.FileKinds {
		kind := FileKindInfo{k, []FileFieldInfo{}}
		for _, f := range g.Files.Fields(k) {
			kind.Fields = append(kind.Fields, FileFieldInfo{f.Name, f.Title, f.Help, f.Required, f.Type})
		}
		out.Body.Items = append(out.Body.Items, kind)
	}
	return out, nil
}

func (g dataFiles) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[DataFile], error) {
	all, err := g.Files.Files(ctx)
	out := &listed[DataFile]{}
	out.Body.Items = []DataFile{}
	name := g.names(ctx)
	for _, f := range all {
		f.Guess.Preview = nil // which leaves nothing to understand either
		out.Body.Items = append(out.Body.Items, g.view(f, name))
	}
	return out, err
}

type oneDataFile struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body DataFile
}

func (g dataFiles) one(ctx context.Context, f adtally.DataFile, err error) (*oneDataFile, error) {
	if err != nil {
		return nil, fileProblem(err)
	}
	return &oneDataFile{etag(f.Revision), g.view(f, g.names(ctx))}, nil
}

// fileProblem passes a fault of a file or the warehouse on, unless the API has the code itself.
func fileProblem(err error) error {
	if _, own := problemCodes[adtally.FaultOf(err).Code]; own {
		return err
	}
	return platformProblem(err)
}

func (g dataFiles) create(ctx context.Context, who Caller, in *struct {
	Name string           `query:"name" required:"true" maxLength:"200" pattern:"\\S" doc:"Name of the file; a file of the same name is replaced" example:"orders 2026"`
	Kind adtally.FileKind `query:"kind" required:"true" enum:"customers,orders,refunds,spend,budgets,rates" doc:"What the rows of the file are"`
},
) (*oneDataFile, error) {
	f, err := g.Files.Receive(ctx, in.Name, in.Kind, requestInfoOf(ctx).body, who.String(), func(f adtally.DataFile) adtally.AuditEntry {
		return g.audited(who, "file.upload", object("file", f.ID), map[string]string{"name": f.Name, "kind": string(f.Kind), "bytes": strconv.FormatInt(f.Size, 10)})
	})
	return g.one(ctx, f, err)
}

func (g dataFiles) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneDataFile, error) {
	f, err := g.Files.File(ctx, in.ID)
	return g.one(ctx, f, err)
}

func (g dataFiles) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body FileMappingChoice
},
) (*oneDataFile, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	f, err := g.Files.File(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.into(&f.Mapping)
	f, err = g.Files.Edit(ctx, in.ID, version, f.Mapping, g.audited(who, "file.update", object("file", in.ID), nil))
	return g.one(ctx, f, err)
}

func (g dataFiles) load(ctx context.Context, who Caller, in *struct{ ByID }) (*oneDataFile, error) {
	f, err := g.Files.Load(ctx, in.ID, g.audited(who, "file.load", object("file", in.ID), nil))
	return g.one(ctx, f, err)
}

func (g dataFiles) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	err := g.Files.Delete(ctx, in.ID, g.audited(who, "file.delete", object("file", in.ID), nil))
	if err != nil {
		err = fileProblem(err)
	}
	return nil, err
}

func (g dataFiles) errors(ctx context.Context, _ Caller, in *struct{ ByID }) (*huma.StreamResponse, error) {
	f, err := g.Files.File(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	out := csv.NewWriter(&text)
	rows := [][]string{{"line", "column", "value", "reason"}}
	for _, e := range f.Result.Errors {
		rows = append(rows, []string{strconv.FormatInt(e.Line, 10), harmless(e.Column), harmless(e.Value), e.Reason})
	}
	err = out.WriteAll(rows)
	return attachment("text/csv; charset=utf-8", "refused lines.csv", text.String()), err
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func (g dataFiles) tables(ctx context.Context, _ Caller, _ *struct{}) (*listed[WarehouseTable], error) {
	all, err := g.Files.Tables(ctx)
	if err != nil {
		return nil, fileProblem(err)
	}
	out := &listed[WarehouseTable]{}
	out.Body.Items = []WarehouseTable{}
	for _, t := range all {
		shown := WarehouseTable{t.Name, t.View, []WarehouseColumn{}}
		for _, c := range t.Columns {
			shown.Columns = append(shown.Columns, WarehouseColumn(c))
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

// WarehouseTable is a table or view of the warehouse.
type WarehouseTable struct {
	Name    string            `json:"name" doc:"Name with the schema" example:"shop.orders"`
	View    bool              `json:"view" doc:"Whether it is a view"`
	Columns []WarehouseColumn `json:"columns" nullable:"false" doc:"Its columns in order"`
}

// WarehouseColumn is a column of a table.
type WarehouseColumn struct {
	Name string `json:"name" doc:"Name of the column"`
	Type string `json:"type" doc:"Type in the warehouse"`
}

func (g dataFiles) mapTable(ctx context.Context, who Caller, in *struct {
	Body struct {
		FileMappingChoice
		Name  string           `json:"name" maxLength:"200" pattern:"\\S" doc:"Name for people"`
		Kind  adtally.FileKind `json:"kind" enum:"customers,orders,refunds,spend,budgets,rates" doc:"What the rows are"`
		Table string           `json:"table" maxLength:"400" pattern:"\\S" doc:"Table or view: see list-warehouse-tables"`
	}
},
) (*oneDataFile, error) {
	f := adtally.DataFile{Name: in.Body.Name, Kind: in.Body.Kind, Relation: in.Body.Table, By: who.String()}
	in.Body.into(&f.Mapping)
	f, err := g.Files.Map(ctx, f, func(f adtally.DataFile) adtally.AuditEntry {
		return g.audited(who, "table.map", object("file", f.ID), map[string]string{"name": f.Name, "kind": string(f.Kind), "table": f.Relation})
	})
	return g.one(ctx, f, err)
}
