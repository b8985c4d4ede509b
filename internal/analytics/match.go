package analytics

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Touch is how a customer or an order came, as the shop or the analytics tool noted it.
type Touch struct {
	Source, Medium, Campaign string // the UTM values
	CampaignID               string // number of the campaign, if it was noted
}

// TouchID returns the key of a touch in campaign_match. Equal touches have equal keys.
func TouchID(t Touch) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{t.Source, t.Medium, t.Campaign, t.CampaignID}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Campaign is a campaign that touches can be matched with.
type Campaign struct {
	ID, Account, Channel string
	Names                []string // current and former ones
}

// Matched is the campaign of a touch. Campaign is empty if there is none.
type Matched struct {
	Touch
	Campaign Campaign
	By       string // id, utm_id, name, manual or unmatched
}

// channels says which channel an utm_source stands for.
var channels = map[string]string{"facebook": "facebook", "fb": "facebook", "meta": "facebook", "instagram": "facebook", "ig": "facebook",
	"google": "google", "adwords": "google", "linkedin": "linkedin"}

// standsFor returns the channel that the name of a channel stands for, such as google for
// Google Ads; empty if it stands for none.
func standsFor(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, end := range []string{" ads", "_ads", "-ads"} {
		name = strings.TrimSuffix(name, end)
	}
	return channels[name]
}

// Matcher matches touches with campaigns: by the campaign's number, then by its name.
type Matcher struct {
	byID   map[string][]Campaign
	byName map[string][]Campaign
	manual map[string]string // from a TouchID to the number of a campaign
}

// NewMatcher returns a matcher for some campaigns. manual maps the TouchIDs that people
// matched themselves to campaigns' numbers.
func NewMatcher(all []Campaign, manual map[string]string) *Matcher {
	m := &Matcher{byID: map[string][]Campaign{}, byName: map[string][]Campaign{}, manual: manual}
	for _, c := range all {
		m.byID[c.ID] = append(m.byID[c.ID], c)
		seen := map[string]bool{}
		for _, name := range c.Names {
			if key := foldName(name); key != "" && !seen[key] {
				seen[key] = true
				m.byName[key] = append(m.byName[key], c)
			}
		}
	}
	return m
}

// Match returns the campaign of a touch.
func (m *Matcher) Match(t Touch) Matched {
	channel := channels[strings.ToLower(strings.TrimSpace(t.Source))]
	for _, try := range []struct{ by, id string }{{"manual", m.manual[TouchID(t)]}, {"id", t.CampaignID}, {"utm_id", t.Campaign}} {
		if known := m.byID[strings.TrimSpace(try.id)]; try.id != "" && len(known) > 0 {
			return one(t, try.by, known)
		}
	}
	for _, spelling := range spellings(t.Campaign) {
		hits := slices.Clone(m.byName[foldName(spelling)])
		if channel != "" {
			hits = slices.DeleteFunc(hits, func(c Campaign) bool { return standsFor(c.Channel) != channel })
		}
		if len(hits) > 0 {
			return one(t, "name", hits)
		}
	}
	return Matched{Touch: t, By: "unmatched"}
}

// one returns a match if exactly one campaign fits.
func one(t Touch, by string, hits []Campaign) Matched {
	if len(hits) != 1 {
		return Matched{Touch: t, By: "unmatched"}
	}
	return Matched{Touch: t, Campaign: hits[0], By: by}
}

// spellings returns how a name may have been meant: as it is, decoded once and twice, and
// the same with plus signs as spaces.
func spellings(name string) []string {
	if strings.TrimSpace(name) == "" {
		return nil
	}
	var all []string
	for _, raw := range []string{name, strings.ReplaceAll(name, "+", " ")} {
		once := unescape(raw)
		all = append(all, raw, once, unescape(once))
	}
	return all
}

// unescape decodes percent escapes. A percent sign that begins no escape stays, unlike with
// url.PathUnescape, because names such as "100% Cotton" are common.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.WriteByte(c[0])
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// foldName returns what is compared of a name: without case, without differences of
// Unicode composition and of white space.
func foldName(name string) string {
	folded := norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
	return strings.Join(strings.Fields(folded), " ")
}
