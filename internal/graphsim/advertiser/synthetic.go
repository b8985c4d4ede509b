package advertiser

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// NewSynthetic generates ad accounts of the given size. today is the start of the
// simulator's clock. At that time each account has size.Days days of history, up to and
// including the current day in its own zone. The history grows with the clock.
func NewSynthetic(size Size, today time.Time) []Account {
	size = size.filled()
	shared := common{size: size, objectives: objectives(), numerals: newNumerals(), rankings: newRankings()}
	places := profiles()
	accounts := make([]Account, size.Accounts)
	for i := range accounts {
		accounts[i] = newSynthetic(shared, i, places[i%len(places)].inCurrency(size.Currency), today)
	}
	return accounts
}

// common holds the data that all accounts of one call share. It is immutable.
type common struct {
	size       Size
	objectives []objective
	numerals   []string
	rankings   []map[string]string
}

type synthetic struct {
	common
	index        int
	seed         uint64
	profile      profile
	zone         *time.Location
	first, today Date
	digits       string // the account's ID without act_
	page, pixel  string
	created      time.Time
	attribution  string
	campaigns    []campaign
	sets         []adSet
	ads          []ad
	creatives    []creative
	images       []image
	videos       []video
	customTypes  []string
	order        map[Kind][]int // the order of each edge, as indexes
	spent        spendBook
}

func newSynthetic(shared common, i int, p profile, today time.Time) *synthetic {
	s := &synthetic{common: shared, index: i, profile: p, zone: p.location()}
	s.seed = keyed(mix(shared.size.Seed), uint64(i))
	s.today = civilDay(today, s.zone)
	s.first = s.today - Date(shared.size.Days) + 1
	s.created = firstMoment(s.first, s.zone).Add(-90 * 24 * time.Hour).Add(-seconds(s.seed, 86400))
	// 15 digits. The last four are the account's index, so no two accounts share an ID.
	s.digits = strconv.Itoa(100_000_000_000_000 + below(s.seed>>4, 80_000_000_000)*10_000 + i)
	s.page = strconv.Itoa(200_000_000_000_000 + below(s.seed>>5, 70_000_000_000)*10_000 + i)
	s.pixel = strconv.Itoa(300_000_000_000_000 + below(s.seed>>6, 60_000_000_000)*10_000 + i)
	for c := range customConversions {
		s.customTypes = append(s.customTypes, "offsite_conversion.custom."+s.idOf(customConversionIDs, c))
	}
	s.build()
	s.sortEdges()
	return s
}

// Location implements Account.
func (s *synthetic) Location() *time.Location { return s.zone }

// Objects implements Account.
func (s *synthetic) Objects(kind Kind, now time.Time) []Object {
	if kind == Activity {
		return s.activities(now)
	}
	var objects []Object
	v := s.viewAt(kind, now)
	for _, i := range s.order[kind] {
		if o, exists := v.object(kind, i); exists {
			objects = append(objects, o)
		}
	}
	return objects
}

// sortEdges puts the newest objects first, but not strictly (docs/meta-api.md#objects): in a
// real account with 337 ads, an older ad came before a newer one 91 times.
func (s *synthetic) sortEdges() {
	s.order = map[Kind][]int{
		Campaign:         edgeOrder(len(s.campaigns), func(i int) *node { return &s.campaigns[i].node }),
		AdSet:            edgeOrder(len(s.sets), func(i int) *node { return &s.sets[i].node }),
		Ad:               edgeOrder(len(s.ads), func(i int) *node { return &s.ads[i].node }),
		Creative:         edgeOrder(len(s.creatives), func(i int) *node { return &s.creatives[i].node }),
		CustomConversion: edgeOrder(customConversions, func(int) *node { return &node{} }),
		Image:            edgeOrder(len(s.images), func(i int) *node { return &s.images[i].node }),
		Video:            edgeOrder(len(s.videos), func(i int) *node { return &s.videos[i].node }),
		Thumbnail:        edgeOrder(len(s.videos)*thumbnails, func(i int) *node { return &s.videos[i/thumbnails].node }),
	}
}

func edgeOrder(n int, at func(int) *node) []int {
	order := make([]int, n)
	keys := make([]int64, n)
	for i := range order {
		order[i] = i
		keys[i] = at(i).created.Add(seconds(at(i).seed>>15, 36*3600)).Unix()
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(keys[b], keys[a]), cmp.Compare(b, a))
	})
	return order
}
