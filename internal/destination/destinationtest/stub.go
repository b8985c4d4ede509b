package destinationtest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// Figures that refer to ads and ad sets, and the tables of those.
var (
	objects = objectTable("objects")
	groups  = objectTable("groups")
	named   = func() *table.Schema {
		s := factTable("named", column("ad_name", table.Text), column("group_id", table.Text))
		s.References = []table.Reference{
			{Column: "ad_id", Table: "objects", Key: "id", Fill: map[string]string{"name": "ad_name", "group_id": "group_id", "no_such": "ad_name"}},
			{Column: "group_id", Table: "groups", Key: "id"}}
		return s
	}()
)

func objectTable(name string) *table.Schema {
	return &table.Schema{Name: name, Description: "Objects as they are now.", Mode: table.Upsert, Key: []string{"id"}, History: true,
		Columns: []table.Column{column("id", table.Text), column("account_id", table.Text), column("name", table.Text), column("group_id", table.Text)}}
}

// figure returns a row of day n with the name of its ad.
func figure(account string, n int, ad, name, group string) []string {
	return append(fact(account, n, ad, 1, null), name, group)
}

func namedOf(cells ...[]string) rows { return rows{named, cells} }

const (
	objectCells = "SELECT id, account_id, name, group_id, _stub, _load_id FROM DATASET.objects"
	lost        = "SELECT n.ad_id FROM DATASET.named n LEFT JOIN DATASET.objects o ON o.id = n.ad_id WHERE o.id IS NULL"
	lostGroups  = "SELECT n.ad_id FROM DATASET.named n LEFT JOIN DATASET.groups o ON o.id = n.group_id WHERE o.id IS NULL AND n.group_id IS NOT NULL"
)

func unknownIsStub(t *testing.T, w *warehouse) {
	w.prepare(t, named, objects)
	w.commit(t, now(alpha), rows{objects, [][]string{{"1", alpha, "one", "g"}}})
	w.commit(t, days(alpha, 0, 3), namedOf(figure(alpha, 0, "1", "uno", "g"), figure(alpha, 0, "2", "old name", "g"), figure(alpha, 2, "2", null, "g"),
		figure(alpha, 1, "2", "name", "g"), figure(alpha, 0, "3", null, null)))
	w.commit(t, days(beta, 0, 1), namedOf(figure(beta, 0, "4", "four", null)))
	want := []string{"1 act_1 one g false load-1", "2 act_1 name g true load-2", "3 act_1 NULL NULL true load-2", "4 act_2 four NULL true load-3"}
	same(t, "objects", w.see(t, objectCells), want)
	w.commit(t, days(alpha, 0, 3), namedOf(figure(alpha, 0, "2", "other", "g")))
	same(t, "objects after the figures came again", w.see(t, objectCells), want)
	same(t, "history", w.see(t, "SELECT id FROM DATASET.objects_history"), []string{"1"})
	same(t, "figures without their object", w.see(t, lost), nil)
}

// Any answer from the platform replaces a stub, even a late one or one with the same values.
func knownReplacesStub(t *testing.T, w *warehouse) {
	w.prepare(t, named, objects)
	w.commit(t, days(alpha, 0, 1), namedOf(figure(alpha, 0, "1", "one", "g"), figure(alpha, 0, "2", "two", "g"), figure(alpha, 0, "3", "three", "g")))
	w.commitAsked(t, 9, rows{objects, [][]string{{"9", alpha, "nine", null}}})
	w.commitAsked(t, 8, rows{objects, [][]string{{"1", alpha, "one", "g"}, {"2", alpha, "zwei", null}}})
	same(t, "objects", w.see(t, objectCells), []string{"1 act_1 one g false load-3", "2 act_1 zwei NULL false load-3", "3 act_1 three g true load-1", "9 act_1 nine NULL false load-2"})
	same(t, "history", w.see(t, "SELECT id, name, valid_to FROM DATASET.objects_history"), []string{"1 one NULL", "2 zwei NULL", "9 nine NULL"})
	wider := *objects
	wider.Columns = append(append([]table.Column{}, objects.Columns...), column("status", table.Text))
	w.prepare(t, &wider)
	w.commitAsked(t, 10, rows{objects, [][]string{{"3", alpha, "three", "g"}}})
	same(t, "the last stub", w.see(t, objectCells+" WHERE id = '3'"), []string{"3 act_1 three g false load-4"})
}

func youngerTableGetsStubs(t *testing.T, w *warehouse) {
	w.prepare(t, named)
	w.commit(t, days(alpha, 0, 2), namedOf(figure(alpha, 0, "1", "one", "g"), figure(alpha, 1, "2", "two", "h")))
	w.prepare(t, named, objects)
	same(t, "objects", w.see(t, objectCells), []string{"1 act_1 one g true load-1", "2 act_1 two h true load-1"})
	w.prepare(t, groups) // no table declares a reference to it
	w.prepare(t, named)
	same(t, "groups", w.see(t, "SELECT id, account_id, _stub FROM DATASET.groups"), []string{"g act_1 true", "h act_1 true"})
	same(t, "figures without their group", w.see(t, lostGroups), nil)
}

// noJoinLoses: whatever the order of the loads, every figure has exactly one object, and
// only objects that were never loaded are stubs.
func noJoinLoses(t *testing.T, writer destination.Writer) {
	w := newWarehouse(t, writer)
	w.prepare(t, named, objects, groups)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		account, known, seen := fmt.Sprint("act_", n), map[string]bool{}, map[string]bool{}
		id := func(label string) string {
			return fmt.Sprint(n, rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, label))
		}
		for i := range rapid.IntRange(1, 5).Draw(t, "loads") {
			if o := id("object"); rapid.Bool().Draw(t, "object") {
				w.commitAsked(t, rapid.IntRange(1, 9).Draw(t, "asked"), rows{objects, [][]string{{o, account, "name", null}}})
				known[o] = true
				continue
			}
			o := id("figure")
			w.commit(t, days(account, i%3, 1), namedOf(figure(account, i%3, o, "name", id("group"))))
			seen[o] = true
		}
		same(t, "figures without their object", w.see(t, lost), []string{})
		same(t, "figures without their group", w.see(t, lostGroups), []string{})
		want := []string{}
		for o := range known {
			want, seen[o] = append(want, o+" false"), false
		}
		for o, stub := range seen {
			if stub {
				want = append(want, o+" true")
			}
		}
		same(t, "objects", w.see(t, "SELECT id, _stub FROM DATASET.objects WHERE account_id = '"+account+"'"), want)
	})
}
