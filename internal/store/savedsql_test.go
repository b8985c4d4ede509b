package store_test

import (
	"testing"

	"adtally"
)

func TestSavedSQL_AddEditRemove(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		q := adtally.SavedSQL{ID: "1", Name: "Spend", SQL: "SELECT 1", Revision: 1, Created: moment, CreatedBy: "user:1", Updated: moment, UpdatedBy: "user:1"}
		must(t, db.AddSavedSQL(ctx, q, auditEntry("sql.save")))
		edit := q
		edit.SQL = "SELECT 2"
		must(t, db.EditSavedSQL(ctx, edit, auditEntry("sql.save")))
		is(t, "the refusal", db.EditSavedSQL(ctx, edit, auditEntry("sql.save")), "stale_edit")
		edit.Revision = 2
		all, err := db.AllSavedSQL(ctx)
		must(t, err)
		same(t, "after the edit", all, []adtally.SavedSQL{edit})
		must(t, db.RemoveSavedSQL(ctx, "1", auditEntry("sql.delete")))
		is(t, "the refusal", db.RemoveSavedSQL(ctx, "1", auditEntry("sql.delete")), "not_found")
		is(t, "the refusal", db.EditSavedSQL(ctx, edit, auditEntry("sql.save")), "not_found")
		_, err = db.SavedSQL(ctx, "1")
		is(t, "the refusal", err, "not_found")
	})
}
