package store_test

import (
	"testing"
	"time"

	"adtally"
)

func TestDashboards_AddEditRemove(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		b := adtally.StoredDashboard{ID: "d1", Title: "Zebra", Content: []byte(`{"title":"Zebra"}`), Revision: 1, Created: moment, CreatedBy: "user:1", Updated: moment, UpdatedBy: "user:1"}
		must(t, db.AddDashboard(ctx, b, auditEntry("dashboard.create")))
		other := b
		other.ID, other.Title = "d2", "Ant"
		must(t, db.AddDashboard(ctx, other, auditEntry("dashboard.create")))
		got, err := db.Dashboards(ctx)
		must(t, err)
		same(t, "by title", got, []adtally.StoredDashboard{other, b})

		edit := b
		edit.Title, edit.Content, edit.Updated, edit.UpdatedBy = "Bear", []byte(`{"title":"Bear"}`), moment.Add(time.Hour), "user:2"
		must(t, db.EditDashboard(ctx, edit, auditEntry("dashboard.update")))
		is(t, "the refusal", db.EditDashboard(ctx, edit, auditEntry("dashboard.update")), "stale_edit")
		edit.Revision = 2
		one, err := db.Dashboard(ctx, "d1")
		must(t, err)
		same(t, "after the edit", one, edit)

		must(t, db.RemoveDashboard(ctx, "d1", auditEntry("dashboard.delete")))
		is(t, "the refusal", db.RemoveDashboard(ctx, "d1", auditEntry("dashboard.delete")), "not_found")
		is(t, "the refusal", db.EditDashboard(ctx, edit, auditEntry("dashboard.update")), "not_found")
		_, err = db.Dashboard(ctx, "d1")
		is(t, "the refusal", err, "not_found")
		entries, err := db.AuditEntries(ctx, adtally.AuditFilter{Limit: 10})
		must(t, err)
		if len(entries) != 4 {
			t.Errorf("%d audit entries, want one for each change", len(entries))
		}
	})
}

// Every version stays, a deletion is a version, and a file can be made again after it.
func TestDefinitions_EveryVersionStays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		version := func(name string, n int64, yaml string, deleted bool) adtally.StoredDefinition {
			return adtally.StoredDefinition{Name: name, Version: n, YAML: yaml, Deleted: deleted, At: moment.Add(time.Duration(n) * time.Minute), By: "user:1"}
		}
		all := []adtally.StoredDefinition{version("own", 1, "a: 1\n", false), version("own", 2, "a: 2\n", false), version("own", 3, "", true), version("own", 4, "a: 4\n", false)}
		is(t, "the refusal", db.AddDefinition(ctx, all[1], auditEntry("definition.set")), "stale_edit")
		for i, v := range all {
			must(t, db.AddDefinition(ctx, v, auditEntry("definition.set")))
			is(t, "the refusal", db.AddDefinition(ctx, v, auditEntry("definition.set")), "stale_edit")
			got, err := db.Definitions(ctx)
			must(t, err)
			want := []adtally.StoredDefinition{v}
			if v.Deleted {
				want = nil
			}
			same(t, "in force", got, want)
			got, err = db.DefinitionVersions(ctx, "own")
			must(t, err)
			if len(got) != i+1 {
				t.Fatalf("%d versions after version %d", len(got), v.Version)
			}
			same(t, "the newest version", got[0], v)
		}
		must(t, db.AddDefinition(ctx, version("more", 1, "b: 1\n", false), auditEntry("definition.set")))
		got, err := db.Definitions(ctx)
		must(t, err)
		same(t, "by name", got, []adtally.StoredDefinition{version("more", 1, "b: 1\n", false), all[3]})
		got, err = db.DefinitionVersions(ctx, "nothing")
		must(t, err)
		same(t, "of no file", got, []adtally.StoredDefinition(nil))
	})
}

func TestNamingRules_EveryVersionStays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		version := func(id string, n int64, deleted bool) adtally.StoredNamingRule {
			return adtally.StoredNamingRule{ID: id, Version: n, Content: []byte(`{"title":"x"}`), Deleted: deleted, At: moment, By: "user:1"}
		}
		for _, r := range []adtally.StoredNamingRule{version("r1", 1, false), version("r2", 1, false), version("r1", 2, false), version("r2", 2, true)} {
			must(t, db.AddNamingRule(ctx, r, auditEntry("naming_rule.create")))
			is(t, "the refusal", db.AddNamingRule(ctx, r, auditEntry("naming_rule.create")), "stale_edit")
		}
		got, err := db.NamingRules(ctx)
		must(t, err)
		same(t, "in force", got, []adtally.StoredNamingRule{version("r1", 2, false)})
		got, err = db.NamingRuleVersions(ctx, "r2")
		must(t, err)
		same(t, "the versions of a deleted rule", got, []adtally.StoredNamingRule{version("r2", 2, true), version("r2", 1, false)})
	})
}
