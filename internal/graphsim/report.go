package graphsim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// report is a validated insights request.
type report struct {
	account    *account
	scope      node
	level      advertiser.Level
	fields     []string
	breakdowns []string
	divided    []string // action breakdowns other than action_type
	undivided  bool     // not even by action_type
	windows    []string
	ranges     []days
	increment  increment
	conditions conditions
	moment     time.Time // the time of the figures
	signature  func(link string, now time.Time) string
	inJob      bool
	wrong      wrongs
}

// days is a range of days, both ends included.
type days struct{ from, to advertiser.Date }

// increment is the number of days per row.
type increment int

const (
	allDays increment = 0
	monthly increment = -1
)

// refresh is how often Meta's figures change.
const refresh = 15 * time.Minute

// newReport parses and validates the parameters, which are the same for GET and POST.
func (s *Server) newReport(params url.Values, n node, inJob bool) (*report, *refusal) {
	r := &report{account: n.account, scope: n, moment: s.clock.Now().Truncate(refresh), signature: s.signature, inJob: inJob}
	for _, read := range []func(url.Values) *refusal{r.readFields, r.readLevel, r.readBreakdowns, r.readWindows, r.readIncrement, r.readDays, r.readFilter, r.checkLimits} {
		if refused := read(params); refused != nil {
			return nil, refused
		}
	}
	s.distort(r)
	return r, r.wrong.refuse(r.breakdowns, r.divided, r.undivided)
}

func (r *report) readFields(params url.Values) *refusal {
	list, refused := parseFields(params.Get("fields"))
	if refused != nil {
		return refused
	}
	var unknown, gone []string
	for _, f := range list {
		switch {
		case slices.Contains(removedFields(), f.name):
			gone = append(gone, f.name)
		case !known["insights"][f.name]:
			unknown = append(unknown, f.name)
		default:
			r.fields = append(r.fields, f.name)
		}
	}
	switch { // [recorded: err_100_fields_not_valid_after_v19, err_100_object_fields_in_insights]
	case gone != nil:
		return badRequest("%s are not valid for fields param after V19.0", strings.Join(gone, ", "))
	case unknown != nil:
		return badRequest("%s are not valid for fields param. please check https://developers.facebook.com/docs/marketing-api/reference/ads-insights/ for all valid values", strings.Join(unknown, ", "))
	}
	if len(r.fields) == 0 {
		r.fields = []string{"account_id", "impressions", "spend"}
	}
	return nil
}

func removedFields() []string {
	return []string{"age_targeting", "gender_targeting", "labels", "location"}
}

func (r *report) readLevel(params url.Values) *refusal {
	r.level = r.scope.kind.level
	text := params.Get("level")
	if text == "" {
		return nil
	}
	levels := []advertiser.Level{advertiser.LevelAd, advertiser.LevelAdSet, advertiser.LevelCampaign, advertiser.LevelAccount}
	if !slices.Contains(levels, advertiser.Level(text)) {
		return badRequest("level must be one of the following values: ad, adset, campaign, account")
	}
	r.level = advertiser.Level(text)
	if slices.Index(levels, r.level) > slices.Index(levels, r.scope.kind.level) {
		r.level = r.scope.kind.level // nothing above the node itself
	}
	return nil
}

func (r *report) readWindows(params url.Values) *refusal {
	names, err := textsOf(params.Get("action_attribution_windows"))
	if err != nil {
		return badRequest("param action_attribution_windows must be an array.")
	}
	for i, name := range names {
		if !known["action_attribution_windows"][name] {
			return badRequest("action_attribution_windows[%d] must be one of the following values: %s", i, strings.Join(sortedNames("action_attribution_windows"), ", "))
		}
		// Since 2026-01-12, these two silently return nothing.
		if name != "default" && name != "7d_view" && name != "28d_view" {
			r.windows = append(r.windows, name)
		}
	}
	return nil
}

func sortedNames(list string) (names []string) {
	for name := range known[list] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *report) readIncrement(params url.Values) *refusal {
	switch text := params.Get("time_increment"); text {
	case "", "all_days":
		r.increment = allDays
	case "monthly":
		r.increment = monthly
	default:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 90 {
			return badRequest("time_increment must be an integer between 1 and 90, or one of monthly, all_days")
		}
		r.increment = increment(n)
	}
	return nil
}

func (r *report) readFilter(params url.Values) *refusal {
	all, refused := parseFilter(params.Get("filtering"))
	if refused != nil {
		return refused
	}
	for _, c := range all {
		owner, name, isKnown := c.owner()
		_, isMetric := metricNames[name]
		if !isKnown || !isMetric && (owner.word == "" || !known[owner.spec][name] && name != "delivery_info") {
			return badRequest("Filtering field '%s' with operation '%s' is not supported", c.field, strings.ToLower(c.operator))
		}
	}
	r.conditions = all
	return nil
}

// insights answers the insights edge: GET directly, POST with a report job.
func (s *Server) insights(c *call, n node, applied *Fault) ([]byte, *refusal) {
	if c.method == http.MethodGet {
		return s.insightsNow(c, n)
	}
	r, refused := s.newReport(c.params, n, true)
	if refused != nil {
		return nil, refused
	}
	j := s.jobs.add(r, applied, s.clock)
	return appendValue(nil, map[string]any{"report_run_id": j.id}), nil
}

func (s *Server) insightsNow(c *call, n node) ([]byte, *refusal) {
	r, refused := s.newReport(c.params, n, false)
	if refused != nil {
		return nil, refused
	}
	shape := url.Values{}
	for name, values := range c.params {
		switch name {
		case "after", "before", "limit", "access_token":
		default:
			shape[name] = values
		}
	}
	name := strings.Join(c.path, "/") + "?" + shape.Encode()
	return s.streams.page(name, r, c.params, c.address, false)
}
