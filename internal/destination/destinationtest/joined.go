package destinationtest

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/destination"
	"adtally/internal/table"
)

func keyedTable(name string, more ...table.Column) *table.Schema {
	return &table.Schema{Name: name, Description: "Objects as they are now.", Mode: table.Upsert, Key: []string{"id"}, History: true,
		Columns: append([]table.Column{column("id", table.Text), column("account_id", table.Text)}, more...)}
}

var (
	banners = keyedTable("banners", column("poster_id", table.Text))
	posters = keyedTable("posters", column("link", table.Text), column("tag", table.Text))
	linked  = &table.View{Name: "linked", Description: "Facts with links.", Joined: &table.Joined{Of: facts,
		Hops: []table.Hop{{Column: "ad_id", To: banners}, {Column: "poster_id", To: posters}},
		Shown: []table.Shown{{Column: column("poster_id", table.Text), From: "id"},
			{Column: column("link", table.Text), From: "link", Encoded: true, Absent: "it's none"},
			{Column: column("tag", table.Text), From: "tag", Absent: "it's none"}},
		Marks: []table.Mark{{Text: "{{ad.id}}", Column: "ad_id"}, {Text: "{{account's}}", Column: "account_id"}}}}
)

const linkCells = "SELECT ad_id, clicks, poster_id, link, tag FROM DATASET.linked"

// A row without a link stays in the view. Placeholders are filled in, and percent-encoded in URLs.
func joinShows(t *testing.T, w *warehouse) {
	w.show(t, linked, facts, banners)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "a&b c", 1, null), fact(alpha, 0, "bare", 2, null), fact(alpha, 0, "unknown", 3, null), fact(alpha, 0, "lost", 4, null)))
	w.commit(t, now(alpha), rows{banners, [][]string{{"a&b c", alpha, "1"}, {"bare", alpha, "2"}, {"lost", alpha, "3"}}})
	w.show(t, linked, facts, banners, posters)
	w.commit(t, now(alpha), rows{posters, [][]string{{"1", alpha, "https://x.example/?a={{ad.id}}&p={{place}}&b={{ad.id}}", "{{account's}} {{ad.id}}"}, {"2", alpha, null, null}}})
	same(t, "links", w.see(t, linkCells), []string{
		"a&b c 1 1 https://x.example/?a=a%26b%20c&p={{place}}&b=a%26b%20c act_1 a&b c",
		"bare 2 2 it's none it's none", "unknown 3 NULL it's none it's none", "lost 4 NULL it's none it's none"})
}

// everyFactOnce: whatever is known of the objects, a joined view has exactly the rows and
// sums of its facts.
func everyFactOnce(t *testing.T, writer destination.Writer) {
	w := newWarehouse(t, writer)
	w.show(t, linked, facts, banners, posters)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		account := fmt.Sprint("act_", n)
		id := rapid.Custom(func(t *rapid.T) string {
			return account + rapid.SampledFrom([]string{"a", "b", "c", "%", "{{ad.id}}"}).Draw(t, "id")
		})
		text := rapid.SampledFrom([]string{null, "", "https://x.example/{{ad.id}}", "%zz{{ad.id}}{{", "{{account's}}%ff"})
		var ads, posts, all [][]string
		for i, ad := range rapid.SliceOfNDistinct(id, 0, 5, rapid.ID[string]).Draw(t, "ads") {
			all = append(all, fact(account, 0, ad, i+1, fmt.Sprintf("%d.250000", i)))
		}
		for _, ad := range rapid.SliceOfNDistinct(id, 0, 5, rapid.ID[string]).Draw(t, "known") {
			ads = append(ads, []string{ad, account, rapid.OneOf(id, rapid.Just(null)).Draw(t, "leads to")})
		}
		for _, post := range rapid.SliceOfNDistinct(id, 0, 5, rapid.ID[string]).Draw(t, "objects") {
			posts = append(posts, []string{post, account, text.Draw(t, "link"), text.Draw(t, "tag")})
		}
		w.commit(t, days(account, 0, 1), rows{facts, all})
		w.commit(t, now(account), rows{banners, ads}, rows{posters, posts})
		sums := "SELECT count(*), count(DISTINCT ad_id), coalesce(sum(spend), 0), count(link) = count(*) FROM DATASET.linked WHERE account_id = '" + account + "'"
		same(t, "sums", w.see(t, sums), w.see(t, strings.NewReplacer("linked", "facts", "count(link)", "count(*)").Replace(sums)))
	})
}
