package advertiser

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// changeLog holds the object type and the event types that the account's log uses for one
// kind of object. The event types are values of AdActivity_event_type in Meta's specs. An ad
// set has the object type CAMPAIGN, because Meta once called ad sets campaigns.
type changeLog struct {
	object                               string
	create, rename, budget, run, touchUp string
}

func changeLogs() map[Kind]changeLog {
	return map[Kind]changeLog{
		Campaign: {"CAMPAIGN_GROUP", "create_campaign_group", "update_campaign_name", "update_campaign_budget", "update_campaign_run_status", "update_campaign_schedule"},
		AdSet:    {"CAMPAIGN", "create_ad_set", "update_ad_set_name", "update_ad_set_budget", "update_ad_set_run_status", "update_ad_set_target_spec"},
		Ad:       {"ADGROUP", "create_ad", "update_ad_friendly_name", "", "update_ad_run_status", "update_ad_targets_spec"},
	}
}

// activity is one entry of the log.
type activity struct {
	at            time.Time
	event, object string
	id, name      string
	extra         map[string]any
	byMeta        bool
}

// activities returns the account's whole log up to now, newest first.
func (s *synthetic) activities(now time.Time) []Object {
	var all []activity
	for i := range s.campaigns {
		all = s.logged(all, Campaign, &s.campaigns[i].node, s.campaigns[i].spendPerDay, now)
	}
	for i := range s.sets {
		all = s.logged(all, AdSet, &s.sets[i].node, s.sets[i].spendPerDay, now)
	}
	for i := range s.ads {
		all = s.logged(all, Ad, &s.ads[i].node, 0, now)
	}
	for i := range s.images {
		all = append(all, activity{at: s.images[i].created, event: "add_images", object: "IMAGE", id: s.images[i].hash, name: s.images[i].name})
	}
	all = slices.DeleteFunc(all, func(a activity) bool { return a.at.After(now) })
	slices.SortStableFunc(all, func(a, b activity) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.id, b.id), cmp.Compare(a.event, b.event))
	})
	objects := make([]Object, len(all))
	for i := range all {
		objects[i] = s.entry(&all[i], len(all)-i)
	}
	return objects
}

// entry converts one activity to an Object. event_time is in UTC; date_time_in_timezone is
// in the account's zone.
func (s *synthetic) entry(a *activity, number int) Object {
	actor := pick(keyed(s.seed, uint64(a.at.Unix())), "Erika Mustermann", "Max Power", "سارة الأحمد")
	f := map[string]any{
		"actor_id": s.page + "1", "actor_name": actor, "application_id": "119211728144504", "application_name": "Power Editor",
		"event_time":            a.at.UTC().Format(graphTime),
		"date_time_in_timezone": a.at.In(s.zone).Format("01/02/2006 at 3:04 PM"),
		"event_type":            a.event, "translated_event_type": translated()[a.event],
		"object_id": a.id, "object_name": a.name, "object_type": a.object,
	}
	if a.byMeta {
		f["actor_id"], f["actor_name"] = "0", "Meta"
		delete(f, "application_id")
		delete(f, "application_name")
	}
	if a.extra != nil {
		text, err := json.Marshal(a.extra)
		if err != nil {
			panic(err) // cannot happen: extra holds only texts and numbers
		}
		f["extra_data"] = string(text)
	}
	return Object{ID: strconv.FormatInt(a.at.Unix(), 10) + ":" + strconv.Itoa(number), Fields: f}
}

func translated() map[string]string {
	return map[string]string{
		"create_campaign_group": "Campaign created", "create_ad_set": "Ad set created", "create_ad": "Ad created",
		"update_campaign_name": "Campaign name updated", "update_ad_set_name": "Ad set name updated", "update_ad_friendly_name": "Ad name updated",
		"update_campaign_budget": "Campaign budget updated", "update_ad_set_budget": "Ad set budget updated",
		"update_campaign_run_status": "Campaign status updated", "update_ad_set_run_status": "Ad set status updated", "update_ad_run_status": "Ad status updated",
		"update_campaign_schedule": "Campaign schedule updated", "update_ad_set_target_spec": "Ad set targeting updated", "update_ad_targets_spec": "Ad targeting updated",
		"ad_review_declined": "Ad declined", "first_delivery_event": "First delivery", "add_images": "Images added",
	}
}
