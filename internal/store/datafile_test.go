package store_test

import (
	"testing"

	"adtally"
)

func TestDataFile(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		day := adtally.Day(20000)
		f := adtally.DataFile{ID: "f1", Name: "orders", Kind: adtally.OrdersFile, Size: 7, Uploaded: moment, By: "user:u1", Revision: 1,
			Guess:   adtally.FileGuess{Columns: []string{"a"}, Problems: []adtally.FileProblem{{Column: "a", Message: "M", Hint: "H"}}, Preview: []adtally.FileRow{{Line: 2, Cells: []string{"1"}}}},
			Mapping: adtally.FileMapping{Columns: map[string]string{"order_id": "a"}, Zone: "UTC", Through: &day, Format: adtally.FileFormat{Delimiter: ";", Dates: map[string]string{"a": "YYYY-MM-DD"}}}}
		if err := db.AddDataFile(ctx, f, auditEntry("file.upload")); err != nil {
			t.Fatal(err)
		}
		got, err := db.DataFile(ctx, "f1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the file", got, f)
		other := f
		other.ID = "f2"
		if err := db.AddDataFile(ctx, other, auditEntry("file.upload")); codeOf(err) != "name_used" {
			t.Errorf("a second file of the name: %v", err)
		}
		f.Result = adtally.FileResult{At: moment, Rows: 5, Errors: []adtally.LineError{{Line: 3, Column: "a", Value: "x", Reason: "R"}}, From: &day, Through: &day}
		if f, err = db.EditDataFile(ctx, f, auditEntry("file.load")); err != nil || f.Revision != 2 {
			t.Errorf("after a load: %+v, %v", f, err)
		}
		if got, err = db.DataFile(ctx, "f1"); err != nil {
			t.Fatal(err)
		}
		same(t, "the loaded file", got, f)
		f.Revision = 1
		if _, err := db.EditDataFile(ctx, f); codeOf(err) != "stale_edit" {
			t.Errorf("a change of what was changed meanwhile: %v", err)
		}
		if err := db.RemoveDataFile(ctx, "f1", auditEntry("file.delete")); err != nil {
			t.Error(err)
		}
		if err := db.RemoveDataFile(ctx, "f1", auditEntry("file.delete")); codeOf(err) != "not_found" {
			t.Errorf("deleted twice: %v", err)
		}
		if all, err := db.DataFiles(ctx); len(all) != 0 || err != nil {
			t.Errorf("left are %v, %v", all, err)
		}
	})
}

func TestSettingDocument(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		s := map[string]string{"a": "usual"}
		if revision, err := db.SettingDocument(ctx, "x", &s); revision != 0 || err != nil || s["a"] != "usual" {
			t.Errorf("before: %d, %v, %v", revision, s, err)
		}
		if err := db.SetSettingDocument(ctx, "x", 0, map[string]string{"a": "mine"}, auditEntry("x.update")); err != nil {
			t.Fatal(err)
		}
		if err := db.SetSettingDocument(ctx, "x", 0, map[string]string{"a": "theirs"}, auditEntry("x.update")); codeOf(err) != "stale_edit" {
			t.Errorf("a change of what was changed meanwhile: %v", err)
		}
		if revision, err := db.SettingDocument(ctx, "x", &s); revision != 1 || err != nil || s["a"] != "mine" {
			t.Errorf("after: %d, %v, %v", revision, s, err)
		}
	})
}
