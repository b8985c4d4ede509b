package destinationtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/destination"
)

// answers are what the platform returned for one account's creatives: names by ID, in the
// order of the requests.
type answers struct {
	asked []int
	names []map[string]string
}

// oneStateForEveryMoment: in whatever order answers arrive, every row has exactly one
// current state, and its states do not overlap. If no answer arrived late, they match the
// answers.
func oneStateForEveryMoment(t *testing.T, writer destination.Writer) {
	w := newWarehouse(t, writer)
	w.prepare(t, creatives)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		account := fmt.Sprint("act_", n)
		var said answers
		for range rapid.IntRange(1, 6).Draw(t, "loads") {
			said.add(t, w, account)
		}
		said.compare(t, w, account)
	})
}

func (a *answers) add(t *rapid.T, w *warehouse, account string) {
	at := rapid.IntRange(1, 20).Filter(func(n int) bool { return !slices.Contains(a.asked, n) }).Draw(t, "asked")
	names, cells := map[string]string{}, [][]string{}
	for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 3, rapid.ID[string]).Draw(t, "ids") {
		names[id] = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
		cells = append(cells, []string{account, id, names[id], rapid.SampledFrom([]string{"https://1", "https://2", null}).Draw(t, "link")})
	}
	w.commitAsked(t, at, creativesOf(cells...))
	if len(a.asked) == 0 || at > slices.Max(a.asked) {
		a.asked, a.names = append(a.asked, at), append(a.names, names)
		return
	}
	for id, name := range names { // a late answer adds only unknown rows
		if !slices.ContainsFunc(a.names, func(m map[string]string) bool { return m[id] != "" }) {
			a.asked, a.names = append(a.asked, at), append(a.names, map[string]string{id: name})
		}
	}
}

// want returns the states of an ID that follow from the answers.
func (a *answers) want(id string) (states []string) {
	order := make([]int, len(a.asked))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return a.asked[i] - a.asked[j] })
	last := ""
	for _, i := range order {
		name := a.names[i][id]
		if name == "" || name == last {
			continue
		}
		if last = name; len(states) > 0 {
			states[len(states)-1] = strings.Replace(states[len(states)-1], "NULL", fmt.Sprint(a.asked[i]), 1)
		}
		states = append(states, fmt.Sprint(id, " ", name, " ", a.asked[i], " NULL"))
	}
	return states
}

func (a *answers) compare(t *rapid.T, w *warehouse, account string) {
	all := slices.Concat(a.want("x"), a.want("y"), a.want("z"))
	same(t, "history", w.states(t, "account_id = '"+account+"'"), all)
	current := []string{}
	for _, state := range all {
		if open, ok := strings.CutSuffix(state, " NULL"); ok {
			current = append(current, strings.Join(strings.Fields(open)[:2], " "))
		}
	}
	same(t, "now", w.see(t, "SELECT id, name FROM DATASET.creatives WHERE account_id = '"+account+"'"), current)
}
