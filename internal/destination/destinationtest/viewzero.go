package destinationtest

import (
	"testing"

	"adtally/internal/table"
)

// counted is the view of conversions in which a missing action can mean zero.
func counted() *table.View {
	wide := *conversions.Wide
	wide.Lists = []string{"did"}
	wide.Conversions = append([]table.Conversion{{Name: "later", Description: "Purchases.", Types: wide.Conversions[0].Types, Window: "7d_click"}}, wide.Conversions...)
	return &table.View{Name: "counted", Description: "Facts with conversions.", Wide: &wide}
}

const countedCells = "SELECT ad_id, CAST(purchases AS VARCHAR), CAST(purchases_value AS VARCHAR), CAST(later AS VARCHAR), CAST(leads AS VARCHAR) FROM DATASET.counted"

// If all actions of a row were read and none is a purchase, it has zero purchases. If
// actions were not read, were lost or were returned for another window only, the number is
// unknown.
func absentIsZeroWhereRead(t *testing.T, w *warehouse) {
	w.show(t, counted(), facts, actions)
	w.commit(t, days(alpha, 0, 3), factsOf(fact(alpha, 0, "some", 1, null), fact(alpha, 0, "none", 2, null), fact(alpha, 1, "lost", 3, null), fact(alpha, 2, "cut", 4, null)),
		rows{actions, [][]string{action(alpha, "some", "pixel", "default", "2", null)}},
		gap("facts", alpha, dayText(1), "did"), gap("facts", alpha, dayText(0), "clicks"),
		rows{&table.Quarantine, [][]string{{"actions", alpha, dayText(2), dayText(2) + "/cut", "did", "x", "It is no element."},
			{"actions", alpha, dayText(0), dayText(0) + "/some", "worth", "x", "It is no number."}}})
	w.commit(t, days(beta, 0, 1), factsOf(fact(beta, 0, "unread", 5, null)))
	same(t, "conversions", w.see(t, countedCells), []string{
		"some 2.000000 NULL NULL 0.000000", "none 0.000000 0.000000 0.000000 0.000000",
		"lost NULL NULL NULL NULL", "cut NULL NULL NULL NULL", "unread NULL NULL NULL NULL"})
	w.commit(t, days(alpha, 1, 1), factsOf(fact(alpha, 1, "lost", 3, null)), rows{actions, nil})
	same(t, "once it was read", w.see(t, countedCells+" WHERE ad_id = 'lost'"), []string{"lost 0.000000 0.000000 0.000000 0.000000"})
}

// viewsSayWhenWritten: _synced_at of a view's row is the newest of the rows that it is made of.
func viewsSayWhenWritten(t *testing.T, w *warehouse) {
	w.show(t, conversions, facts, actions)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 0, "y", 1, null)),
		rows{actions, [][]string{action(alpha, "x", "pixel", "default", "2", null)}})
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 0, "y", 1, null)),
		rows{actions, [][]string{action(alpha, "x", "pixel", "default", "3", null)}})
	same(t, "moments", w.see(t, `SELECT v.ad_id, l.load_id FROM DATASET.conversions v JOIN DATASET._loads l ON l.synced_at = v._synced_at AND l.table_name = 'facts'`),
		[]string{"x load-2", "y load-1"})
}

// fullShows: a view can show conversions and an object's columns in the same row.
func fullShows(t *testing.T, w *warehouse) {
	joined := *linked.Joined
	joined.Wide = conversions.Wide
	full := &table.View{Name: "full", Description: "All of it.", Joined: &joined}
	w.show(t, full, facts, actions, banners, posters)
	w.commit(t, now(alpha), rows{banners, [][]string{{"x", alpha, "1"}}}, rows{posters, [][]string{{"1", alpha, "https://x.example/{{ad.id}}", null}}})
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, "2.500000"), fact(alpha, 0, "y", 2, null)),
		rows{actions, [][]string{action(alpha, "x", "pixel", "default", "2", null), action(alpha, "x", "app", "default", "9", null)}})
	same(t, "all", w.see(t, "SELECT ad_id, CAST(spend AS VARCHAR), CAST(purchases AS VARCHAR), link, tag FROM DATASET.full"),
		[]string{"x 2.500000 2.000000 https://x.example/x it's none", "y NULL NULL it's none it's none"})
}
