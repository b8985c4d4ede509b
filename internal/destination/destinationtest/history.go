package destinationtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"adtally/internal/table"
)

// creatives are objects with a history and a signed link.
var creatives = &table.Schema{Name: "creatives", Description: "Creatives as they are now.", Mode: table.Upsert, Key: []string{"account_id", "id"},
	History: true, Volatile: []string{"image_url"},
	Columns: []table.Column{column("account_id", table.Text), column("id", table.Text), column("name", table.Text), column("image_url", table.Text)}}

func creativesOf(cells ...[]string) rows { return rows{creatives, cells} }

// moment returns the time n minutes after the first.
func (w *warehouse) moment(n int) time.Time { return w.asked.Add(time.Duration(n) * time.Minute) }

// commitAsked commits rows that were requested at moment n.
func (w *warehouse) commitAsked(t tester, n int, in rows) {
	t.Helper()
	load := w.load(now(in.cells[0][in.schema.Index("account_id")]), in.schema)
	load.Asked = func() time.Time { return w.moment(n) }
	if _, err := w.writer.Commit(context.Background(), load, give(in)); err != nil {
		t.Fatalf("commit %s: %v", in.schema.Name, err)
	}
}

// states returns the rows of the history, with times as minutes (see moment).
func (w *warehouse) states(t tester, where string) (all []string) {
	t.Helper()
	for _, l := range w.see(t, "SELECT id, name, CAST(extract(epoch FROM valid_from) AS BIGINT), CAST(extract(epoch FROM valid_to) AS BIGINT) FROM DATASET.creatives_history WHERE "+where) {
		cells := strings.Fields(l)
		for i := 2; i < 4; i++ {
			if at, err := strconv.ParseInt(cells[i], 10, 64); err == nil {
				cells[i] = strconv.FormatInt((at-w.asked.Unix())/60, 10)
			}
		}
		all = append(all, strings.Join(cells, " "))
	}
	slices.Sort(all)
	return all
}

func renameIsTwoStates(t *testing.T, w *warehouse) {
	w.prepare(t, creatives)
	w.commitAsked(t, 1, creativesOf([]string{alpha, "1", "one", null}, []string{alpha, "2", null, null}))
	w.commitAsked(t, 2, creativesOf([]string{alpha, "1", "one", null}, []string{alpha, "2", null, null}))
	w.commitAsked(t, 3, creativesOf([]string{alpha, "1", "uno", null}, []string{alpha, "3", "three", null}))
	w.commitAsked(t, 4, creativesOf([]string{alpha, "1", "one", null}, []string{alpha, "2", "two", null}))
	w.commitAsked(t, 5, creativesOf([]string{beta, "1", "theirs", null}))
	same(t, "history", w.states(t, "account_id = 'act_1'"), []string{
		"1 one 1 3", "1 uno 3 4", "1 one 4 NULL", "2 NULL 1 4", "2 two 4 NULL", "3 three 3 NULL"})
	same(t, "the other account's", w.states(t, "account_id = 'act_2'"), []string{"1 theirs 5 NULL"})
	for n, want := range map[int]string{1: "one", 2: "one", 3: "uno", 4: "one", 9: "one"} {
		at := w.moment(n).Format(time.RFC3339Nano)
		query := fmt.Sprintf("SELECT name FROM DATASET.creatives_history WHERE account_id = 'act_1' AND id = '1' AND valid_from <= CAST('%[1]s' AS TIMESTAMPTZ) AND (valid_to IS NULL OR CAST('%[1]s' AS TIMESTAMPTZ) < valid_to)", at)
		same(t, fmt.Sprint("as it was at ", n), w.see(t, query), []string{want})
	}
}

// A new signature changes the stored link and does not begin a new state.
func linkIsNoHistory(t *testing.T, w *warehouse) {
	w.prepare(t, creatives)
	w.commitAsked(t, 1, creativesOf([]string{alpha, "1", "one", "https://x/1"}, []string{alpha, "2", "two", null}))
	w.commitAsked(t, 2, creativesOf([]string{alpha, "1", "one", "https://x/2"}, []string{alpha, "2", "two", null}))
	same(t, "now", w.see(t, "SELECT id, image_url, _load_id FROM DATASET.creatives"), []string{"1 https://x/2 load-2", "2 NULL load-1"})
	same(t, "history", w.states(t, "true"), []string{"1 one 1 NULL", "2 two 1 NULL"})
	w.commitAsked(t, 3, creativesOf([]string{alpha, "1", "uno", "https://x/3"}))
	same(t, "history after a rename", w.states(t, "true"), []string{"1 one 1 3", "1 uno 3 NULL", "2 two 1 NULL"})
}

// lateAnswer: a slow reader commits an answer that is older than what is stored.
func lateAnswer(t *testing.T, w *warehouse) {
	w.prepare(t, creatives)
	w.commitAsked(t, 1, creativesOf([]string{alpha, "1", "old", null}, []string{alpha, "2", "two", null}))
	w.commitAsked(t, 5, creativesOf([]string{alpha, "1", "new", null}, []string{alpha, "2", "two", null}))
	w.commitAsked(t, 3, creativesOf([]string{alpha, "1", "between", null}, []string{alpha, "2", "zwei", null}, []string{alpha, "3", "gone", null}))
	same(t, "now", w.see(t, "SELECT id, name FROM DATASET.creatives"), []string{"1 new", "2 two", "3 gone"})
	same(t, "history", w.states(t, "true"), []string{"1 old 1 5", "1 new 5 NULL", "2 two 1 NULL", "3 gone 3 NULL"})
	w.commitAsked(t, 6, creativesOf([]string{alpha, "2", "zwei", null}, []string{alpha, "3", "back", null}))
	same(t, "history afterwards", w.states(t, "true"), []string{"1 old 1 5", "1 new 5 NULL", "2 two 1 6", "2 zwei 6 NULL", "3 gone 3 6", "3 back 6 NULL"})
}

// sameMoment: of two answers from the same moment the first stays, so that no state has
// length zero. This also holds if the table has more columns than the answer.
func sameMoment(t *testing.T, w *warehouse) {
	w.prepare(t, creatives)
	answer := func(n int, name string) { w.commitAsked(t, n, creativesOf([]string{alpha, "1", name, null})) }
	answer(3, "first")
	answer(3, "second")
	same(t, "history", w.states(t, "true"), []string{"1 first 3 NULL"})
	wider := *creatives
	wider.Columns = append(append([]table.Column{}, creatives.Columns...), column("status", table.Text))
	w.prepare(t, &wider)
	answer(3, "third")
	answer(1, "late")
	answer(5, "first")
	answer(4, "late")
	same(t, "history of a wider table", w.states(t, "true"), []string{"1 first 3 NULL"})
	same(t, "now", w.see(t, "SELECT name FROM DATASET.creatives"), []string{"first"})
}

// historyBegins: if a table gets a history later, the next load writes the states of all
// its rows. New columns are added to the history too.
func historyBegins(t *testing.T, w *warehouse) {
	before := *creatives
	before.History, before.Volatile = false, nil
	w.prepare(t, &before)
	w.commitAsked(t, 1, rows{&before, [][]string{{alpha, "1", "one", null}, {alpha, "2", "two", null}}})
	w.prepare(t, creatives)
	w.commitAsked(t, 2, creativesOf([]string{alpha, "1", "one", null}))
	same(t, "history", w.states(t, "true"), []string{"1 one 1 NULL", "2 two 1 NULL"})
	wider := *creatives
	wider.Columns = append(append([]table.Column{}, creatives.Columns...), column("status", table.Text))
	w.prepare(t, &wider)
	w.commitAsked(t, 3, rows{&wider, [][]string{{alpha, "1", "one", null, "PAUSED"}}})
	w.commitAsked(t, 4, creativesOf([]string{alpha, "1", "uno", null}))
	same(t, "history of a wider table", w.see(t, "SELECT id, name, status, valid_to IS NULL FROM DATASET.creatives_history"),
		[]string{"1 one NULL false", "1 one PAUSED false", "1 uno PAUSED true", "2 two NULL true"})
}
