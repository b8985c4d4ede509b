package advertiser

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Size is the size of the synthetic accounts. Campaigns, AdSets and Ads are per account. A
// zero is replaced by a number that is derived from the others.
type Size struct {
	Seed                                   uint64
	Accounts, Campaigns, AdSets, Ads, Days int
	// Steady makes every ad deliver on every day, so that an account has exactly Ads × Days
	// rows when the simulator starts.
	Steady bool
	// LowConversions removes the conversions from the rows of ad sets, campaigns and the
	// account, but not from those of ads. Meta sometimes does so.
	LowConversions bool
	// Currency is that of all accounts, with two decimals; empty = each profile's own.
	Currency string
}

// Upper limits, which no account on Meta reaches. Above them, IDs would collide (see idOf) or
// building an account would take minutes.
const (
	maxAccounts = 10_000
	maxObjects  = 1_000_000
	maxDays     = 20_000
)

// ParseSize parses text such as "accounts=1,ads=200,days=365,seed=1". The keys are accounts,
// campaigns, adsets, ads, days, seed, steady, lowconversions and currency. A missing key leaves
// its field zero.
func ParseSize(text string) (Size, error) {
	var size Size
	for pair := range strings.SplitSeq(text, ",") {
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if err := size.set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return Size{}, err
		}
	}
	return size, nil
}

func (s *Size) set(key, value string) error {
	switch key {
	case "seed":
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return fmt.Errorf("seed=%q is not a whole number from 0 up", value)
		}
		s.Seed = n
		return nil
	case "steady":
		return setFlag(&s.Steady, key, value)
	case "lowconversions":
		return setFlag(&s.LowConversions, key, value)
	case "currency":
		if !slices.ContainsFunc(profiles(), func(p profile) bool { return p.currency == value && p.offset == 100 }) {
			return fmt.Errorf("currency=%q is not EUR, USD or another one of a profile with two decimals", value)
		}
		s.Currency = value
		return nil
	}
	field, most := s.field(key)
	if field == nil {
		return fmt.Errorf("%q is not a size; there are accounts, campaigns, adsets, ads, days, seed, steady, lowconversions, currency", key)
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return fmt.Errorf("%s=%q is not a whole number from 1 to %d", key, value, most)
	}
	*field = n
	return nil
}

func setFlag(flag *bool, key, value string) error {
	on, err := strconv.ParseBool(value)
	if err != nil {
		return fmt.Errorf("%s=%q is neither 1 nor 0", key, value)
	}
	*flag = on
	return nil
}

func (s *Size) field(key string) (field *int, most int) {
	switch key {
	case "accounts":
		return &s.Accounts, maxAccounts
	case "campaigns":
		return &s.Campaigns, maxObjects
	case "adsets":
		return &s.AdSets, maxObjects
	case "ads":
		return &s.Ads, maxObjects
	case "days":
		return &s.Days, maxDays
	}
	return nil, 0
}

// filled replaces zeros by derived numbers. The proportions are close to those of a real
// account with 64 campaigns, 134 ad sets and 337 ads.
func (s Size) filled() Size {
	or := func(n, otherwise, most int) int {
		if n <= 0 {
			n = otherwise
		}
		return max(1, min(n, most))
	}
	s.Accounts = or(s.Accounts, 1, maxAccounts)
	s.Days = or(s.Days, 90, maxDays)
	if s.Ads <= 0 {
		s.Ads = 2 * s.AdSets
	}
	if s.Ads <= 0 {
		s.Ads = 5 * s.Campaigns
	}
	s.Ads = or(s.Ads, 200, maxObjects)
	s.AdSets = or(s.AdSets, s.Ads*2/5, maxObjects)
	s.Campaigns = or(s.Campaigns, min(s.AdSets, s.Ads/5), maxObjects)
	return s
}
