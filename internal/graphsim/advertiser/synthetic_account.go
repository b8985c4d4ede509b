package advertiser

import (
	"strconv"
	"sync"
	"time"
)

// Node implements Account.
func (s *synthetic) Node(now time.Time) Object {
	id := "act_" + s.digits
	return Object{ID: id, Fields: s.accountFields(id, now)}
}

func (s *synthetic) accountFields(id string, now time.Time) map[string]any {
	p := &s.profile
	_, offset := now.In(s.zone).Zone()
	business := map[string]any{"id": s.businessID(), "name": p.business}
	spent := s.spentUntil(now)
	f := map[string]any{
		"id": id, "account_id": s.digits, "name": s.accountName(),
		"currency": p.currency, "timezone_name": p.zone, "timezone_id": int64(1 + s.index%len(profiles())),
		"timezone_offset_hours_utc": float64(offset) / 3600,
		"created_time":              s.print(s.created), "age": now.Sub(s.created).Hours() / 24,
		"account_status": s.accountStatus(), "disable_reason": int64(0),
		"amount_spent": strconv.FormatInt(spent, 10), "balance": strconv.FormatInt(spent%(p.cpm*50), 10),
		"spend_cap": "0", "min_daily_budget": p.cpm / 8,
		"min_campaign_group_spend_cap": strconv.FormatInt(p.cpm*10, 10),
		"business":                     business, "business_name": p.business, "business_country_code": p.country,
		"owner": s.businessID(), "end_advertiser": s.page, "end_advertiser_name": p.name,
		"is_personal": int64(0), "is_prepay_account": s.index%4 == 3,
		"funding_source":           s.pixel + "7",
		"has_migrated_permissions": true, "is_notifications_enabled": true,
		"is_attribution_spec_system_default": true, "tax_id_status": int64(0),
		"fb_entity": int64(1), "user_tasks": []any{"ANALYZE"},
	}
	if s.index%3 == 1 {
		f["spend_cap"] = strconv.FormatInt(spent+p.cpm*100_000, 10)
	}
	return f
}

// accountName adds a number to the profile's name if several accounts share the profile.
func (s *synthetic) accountName() string {
	if round := s.index / len(profiles()); round > 0 {
		return s.profile.name + " " + strconv.Itoa(round+1)
	}
	return s.profile.name
}

// accountStatus returns 9 (IN_GRACE_PERIOD) for one account in ten and 1 (ACTIVE) for the
// others. Accounts deliver in both statuses.
func (s *synthetic) accountStatus() int64 {
	if s.index%10 == 9 {
		return 9
	}
	return 1
}

func (s *synthetic) businessID() string {
	return strconv.Itoa(1_000_000_000_000_000 + below(s.seed>>3, 60_000_000_000)*10_000 + s.index)
}

func (s *synthetic) print(t time.Time) string { return t.In(s.zone).Format(graphTime) }

// spendBook caches the total spend up to each day whose figures no longer change.
type spendBook struct {
	mu    sync.Mutex
	until []int64 // total spend from day first to day first+i, in minor units
}

// spentUntil returns the account's total spend at now, in minor units.
func (s *synthetic) spentUntil(now time.Time) int64 {
	s.spent.mu.Lock()
	defer s.spent.mu.Unlock()
	today := civilDay(now, s.zone)
	// A day's spend is final 48 hours after its end (corrected). One more day allows for changes
	// between summer and winter time.
	closed := int(today-s.first) - 3
	if n := len(s.spent.until); n < closed {
		s.closeDays(closed, now)
	}
	var sum int64
	from := s.first
	if closed > 0 {
		sum, from = s.spent.until[closed-1], s.first+Date(closed)
	}
	return sum + s.spentBetween(from, today, now)
}

func (s *synthetic) closeDays(n int, now time.Time) {
	done := len(s.spent.until)
	days := make([]int64, n-done)
	from := s.first + Date(done)
	for r := range s.Rows(Query{Level: LevelAccount, From: from, To: s.first + Date(n-1)}, now) {
		days[r.Day-from] = r.Values[Spend] / s.profile.millionths()
	}
	var sum int64
	if done > 0 {
		sum = s.spent.until[done-1]
	}
	for _, d := range days {
		sum += d
		s.spent.until = append(s.spent.until, sum)
	}
}

func (s *synthetic) spentBetween(from, to Date, now time.Time) int64 {
	var sum int64
	for r := range s.Rows(Query{Level: LevelAccount, From: from, To: to}, now) {
		sum += r.Values[Spend]
	}
	return sum / s.profile.millionths()
}
