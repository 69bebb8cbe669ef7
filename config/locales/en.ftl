# Vagus in English. Keys are the same in every file of this folder; a test holds it.

## Dates and numbers

format-date = { $day } { $month } { $year }
format-moment = { $date }, { $time }
format-decimal-mark = .
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
span-hours = { $count } h
span-minutes = { $count } min
count-cases = { $count ->
    [one] { $count } case
   *[other] { $count } cases
}

## Every page

skip-to-content = Skip to the content
nav-main = Main navigation
nav-inbox = Inbox
nav-unseen = Who is not seen
nav-units = Units
nav-rules = Rules
nav-system = System
nav-audit = Audit
nav-accounts = Accounts
sign-out = Sign out
signed-in-as = { $name }, { $role }
language = Language
language-set = Use
demo-banner = Demonstration: every worker here is invented.
none = none
unknown = not known

## Signing in

sign-in-title = Sign in to Vagus
sign-in-name = Name
sign-in-password = Password
sign-in-button = Sign in
sign-in-wrong = That name and password do not fit together.
sign-in-wait = Too many attempts. Try again in { $wait }.
password-title = Choose a password of your own
password-why = The one you signed in with was given to you by somebody else.
password-new = New password
password-again = The same again
password-button = Keep it
password-rule = At least 15 characters; a sentence is easy to remember.
password-too-short = It has fewer than 15 characters.
password-too-long = It has more than 256 characters.
password-differs = The two are not the same.

## Accounts

accounts-title = Accounts
accounts-caption = Who may sign in
accounts-name = Name
accounts-name-hint = Letters, digits, and . _ -
accounts-role = Role
accounts-sites = Sites
accounts-sites-all = All sites
accounts-sites-named = These sites only, with commas between
accounts-state = State
accounts-do = Change
accounts-active = active
accounts-one-time = has a one-time password
accounts-disabled = switched off
accounts-change-of = Change { $name }
accounts-change = Keep role and sites
accounts-disable = Switch off
accounts-enable = Switch on
accounts-reset = New one-time password
accounts-new = New account
accounts-add = Make the account
accounts-done = { $name } was changed and is signed out everywhere.
accounts-password-of = One-time password of { $name }:
accounts-password-once = It is shown this once. The first sign-in asks for one of their own.
accounts-wrong-name = That cannot be a name: letters, digits, and . _ - are expected, 64 at most.
accounts-wrong-site = That cannot be a site: letters, digits, - and _ are expected.
accounts-wrong-sites = Say which sites, or tick all of them: one of the two.
accounts-wrong-role = There is no such role.
accounts-wrong-unknown = There is no such account, or it is of sites that are not yours.
accounts-wrong-exists = There is an account of that name.
accounts-wrong-last = That is the last administrator; make another one first.
accounts-wrong-failed = It could not be changed.
sign-out-all = Sign out everywhere
sign-out-all-why = If a browser that you used is not in your hands any more:

## Audit and emergencies

audit-title = Audit
audit-lines = Who read and did what, newest first
audit-person = Person
audit-none = No line passes this filter.
audit-fields = What was seen
audit-outcome = Outcome
audit-pages = Pages of the audit
audit-page = Page { $page }
audit-newer = Newer
audit-older = Older
audit-what-read = read
audit-what-deed = did something
audit-what-sign_in = signed in
audit-what-sign_out = signed out
audit-what-account = changed an account
audit-what-export = took a copy
audit-what-erase = erased
audit-what-worker_link = made a link for the worker
audit-what-break_glass = opened in an emergency
audit-what-break_glass_reviewed = looked at an emergency
audit-outcome-granted = granted
audit-outcome-denied = denied
audit-outcome-failed = failed
role-worker = the worker
field-case = case
field-evidence = evidence
field-answers = single answers
field-notes = notes
field-worker = data quality and devices
field-review = workload reviews
field-groups = group figures
field-rules = rules
field-system = system
field-accounts = accounts
field-audit = audit
field-emergency = reason of an emergency
field-register = register of workers
field-intake = data taken in
glass-title = Open it in an emergency
glass-what = You are not assigned to this crisis. With a reason you see for an hour: { $fields }.
glass-reason = Reason
glass-hint = At least 10 characters. The head of occupational health looks at it within 24 hours.
glass-open = Open
glass-list = Opened in an emergency
glass-list-hint = To be looked at within 24 hours.
glass-list-none = Nothing is to be looked at.
glass-because = Reason: { $reason }
glass-due = To be looked at: { $left }
glass-review = I have looked at it
glass-reviewed = Looked at by { $person }, { $time } UTC

## Single answers

answers-title = Single answers
answers-note = By number of the item; the words stand in the questionnaire.
answers-none = No questionnaire was filled in item by item.
answers-of = { $instrument }, { $date }
answers-item = Item
answers-answer = Answer
answers-missing = left out

## A worker's own page

link-make = Make a link to the worker's own page
link-title = Link for { $worker }
link-once = Give it to the worker and to nobody else. It is shown this once and works once.
link-until = It works until { $time }.
me-title = Your own data
me-who = You are { $worker } at { $site }.
me-half-hour = This page closes after half an hour.
me-knock = This link works once. Open it where nobody else looks on.
me-open = Open my page
me-over = This link was used, is too old, or the half hour is over. Ask occupational health for a new one.
me-leave = Close
me-meaning = Every figure is held against your own usual. It is no diagnosis. Talk to occupational health if something worries you.
me-reads = Who looked at your data
me-reads-none = Nobody yet.

## Problems

problem-title = That did not work
problem-404 = There is nothing at this address, or it is not for you to see.
problem-403 = Your role may not do that.
problem-400 = The form was not filled in as expected.
problem-409 = Somebody changed this meanwhile. Look at it again, then decide.
problem-500 = Something went wrong here. It was written down; try again in a moment.
problem-503 = The service is stopping or starting. Try again in a moment.
problem-csrf = This form is older than your session. Open the page again and send it once more.
back-to-inbox = Back to the inbox

## Roles

role-physician = physician
role-counsellor = counsellor
role-duty_clinician = clinician on duty
role-oh_lead = lead of occupational health
role-oh_head = head of occupational health
role-manager = manager
role-safety_committee = safety committee
role-operator = operator
role-administrator = administrator

## Cases

level-L2 = medium
level-L3 = high
level-L4 = crisis
state-open = open
state-acknowledged = acknowledged
state-assessed = assessed
state-planned = planned
state-in_action = in action
state-follow_up = follow-up
state-referred = referred
state-closed = closed
state-declined_by_worker = declined by the worker
state-not_work_related = not related to work
state-data_error = error in the data
milestone-acknowledge = take it
milestone-assess = assess
milestone-plan = agree on a plan
milestone-first_action = begin the actions
milestone-follow_up = follow-up
milestone-close_review = review as a whole
action-workload_review = Workload review
action-counseling = Counselling
step-requested = requested
step-accepted = accepted
step-started = started
step-done = done
step-declined = declined
left = { $span } left
over = { $span } over

## Inbox

inbox-title = Inbox
inbox-empty = No case needs you now.
inbox-empty-filtered = No case passes this filter.
inbox-caption = Open cases, most urgent first
inbox-filter = Filter
inbox-all = all
inbox-site = Site
inbox-unit = Unit
inbox-level = Level
inbox-mine = Mine only
inbox-overdue = Overdue only
inbox-apply = Show
inbox-new = new
inbox-keys = Keys: j and k move, Enter opens.
column-urgency = Level
column-worker = Worker
column-unit = Unit
column-next = Due next
column-state = State
column-in-charge = In charge
column-actions = Actions
nobody = nobody yet

## Case

case-title = Case of { $worker }
case-meta = { $unit }, { $site }; case { $episode } of this worker
case-opened = Opened
case-in-charge = In charge
case-rules = Rules
case-ended = Ended
case-summary = What is known today
case-summary-note = In words of the service; new data may have come since the case was opened.
case-no-evidence = Your role does not see the evidence of this case.
case-actions = The two actions
case-no-review = A crisis asks for no workload review by itself.
case-no-counselling = There is no counselling.
case-limits = Time limits
case-no-limits = Nothing is due.
case-history = History
case-history-when = When
case-history-who = Who
case-history-what = What
case-history-note = Note
case-evidence = Evidence over time
case-do = What you can do
case-note = Note
case-note-hint = Kept in the case with your name; needed to end a crisis.
case-add-note = Keep the note
case-assign = Put in charge
case-assign-whom = Whom
case-assign-of = Of
case-assign-case = the whole case
case-method = Method
case-due = Live by
case-assignee = Carried out by
case-live-again = Current as of { $time }
move-acknowledged = Take this case
move-assessed = It is assessed
move-planned = The plan is agreed
move-in_action = An action has begun
move-follow_up = Go on to follow-up
move-referred = Refer to somebody else
move-closed = Close the case
move-declined_by_worker = End: the worker declines
move-not_work_related = End: not related to work
move-data_error = End: error in the data
progress-accepted = Accepted
progress-started = Started
progress-done = Done
progress-declined = Declined
do-follow-up = The worker was asked whether it helps
do-request-review = Ask for a workload review
do-choose = Choose the method
done-moved = The case is now: { $state }.
done = Done.
refused = Not done: { $problem }

## Pictures

chart-hrv = Night-time HRV (RMSSD, ms) against this worker's own usual
chart-hr = Heart rate asleep (beats a minute)
chart-sleep = Sleep (hours) and the need for it
chart-index = Strain index (50 is usual)
chart-work = Hours worked
chart-screenings = Questionnaires
chart-table = The same as a table
chart-night = This night
chart-usual = Usual
chart-band = Usual range
chart-need = Need
chart-value = Value
chart-date = Date
chart-no-data = Nothing has come yet.
chart-raised = The case was opened
screening-score = { $instrument }: { $score }

## History of a case

event-raised = raised to { $level }
event-moved = now: { $state }
event-progress = { $action }: { $step }
event-action-added = { $action } asked for
event-leads = { $person } leads the case
event-carries-out = { $person } carries out: { $action }
event-remarked = note
event-evidence-added = further rules: { $rules }
event-method-chosen = { $action }: { $method } chosen
event-followed-up = the worker was asked whether it helps
event-told = time limit “{ $limit }”: { $stage }
event-reviewed = { $action }, looked at in week { $week }: { $advice }
event-invited = invited to fill in { $instruments }
stage-reminder = reminder
stage-overdue = overdue
stage-escalated = overdue by half
advice-maintain = go on
advice-intensify = intensify
advice-switch = switch the method
advice-step_up = go up one step of care
advice-close = close the case
advice-measure = ask for a questionnaire

## The evidence in words

summary-between = { " " }
summary-comma = { ", " }
summary-sentence = { $told }.
summary-prorated = { $told }, with a missing answer filled by the mean of the others.
summary-crisis = An answer in a questionnaire asks for a personal conversation today, by a qualified person. Such an answer is frequent and mostly not an emergency, and only a conversation can tell.
summary-test = This only tries whether messages arrive. Nobody has to act.
summary-stands = Data that came late changed the evidence of this case; its level stands.
summary-fell = Data that came late changed the evidence of this case: it was { $told }, and what is known now would be { $found }. The case stays open until the person in charge closes it.
summary-closed = The case is closed.
summary-screening = { $instrument } was { $score } on { $date }
summary-screening-band = { $instrument } was { $score } on { $date } ({ $band })
band-minimal = minimal
band-mild = mild
band-moderate = moderate
band-moderately_severe = moderately severe
band-severe = severe
summary-hrv = Over the last 7 nights ({ $nights } usable) night-time HRV was { $change } % { $side } this worker's usual, { $state }.
summary-below = below
summary-above = above
summary-hrv-persistent = and low for most of the nights since that began
summary-hrv-watch = low on several nights
summary-hrv-normal = within the usual range
summary-hrv-learning = Night-time HRV cannot be compared yet: there are too few nights of this band.
summary-hrv-stale = There are too few recent nights to say anything about night-time HRV.
summary-hrv-illness = Night-time HRV is set aside for now: an illness was reported.
summary-hrv-irregular = Night-time HRV is set aside for now: the beats were irregular.
summary-heart = The sleeping heart rate was { $spreads } of its usual spreads above this worker's usual over 7 days.
summary-sleep = Sleep averaged { $slept } h a night (usual need { $need } h; { $debt } h short over 14 days).
summary-sleep-poor = Sleep averaged { $slept } h a night (usual need { $need } h; { $debt } h short over 14 days) and has been poor for most of a week.
summary-index = The strain index was { $value }, where 50 is this worker's usual ({ $parts }).
component-hrv = night-time HRV
component-rhr = sleeping heart rate
component-debt = sleep against need
component-cont = broken sleep
component-reg = irregular sleep
summary-other = HRV as low as this also occurs with illness, alcohol or hard training.
summary-other-reported = HRV as low as this also occurs with illness, alcohol or hard training (reported in these days: { $said }).
summary-chance = In a healthy person chance alone makes HRV persistently low about { $times } times a year.
tag-alcohol = alcohol
tag-illness = illness
tag-late_exercise = late exercise
tag-travel = travel
tag-pregnancy = pregnancy
tag-medication_change = a change of medication
tag-off_work = time off
hint-chronic = HRV has been low for more than four weeks: is what it is held against still the right measure?
hint-high_side = Several nights were unusually high: check the band, and ask a physician if it stays.
hint-irregular_rhythm = The beats of several nights were irregular, by rhythm or by the band's fit: consider a medical check.
hint-new_normal = The level changed some weeks ago and has stayed: a change of life, of health or of the band?
hint-possible_illness = The heart was fast in sleep, as in an illness; nothing was said of one.
exposure-weekly_hours = Work took { $value } h a week (limit { $limit } h).
exposure-overtime_days = There was overtime on { $value } days running (limit { $limit }).
exposure-overtime_noise_lex8h_dba = Noise on a day of that overtime reached { $value } dB(A) (limit { $limit }).
exposure-consecutive_work_days = Work went on for { $value } days without a day's rest (limit { $limit }).
exposure-consecutive_nights = There were { $value } night shifts in a row (limit { $limit }).
exposure-nights_in_28_d = There were { $value } night shifts in 28 days (limit { $limit }).
exposure-night_spell_weeks = Night work has gone on for { $value } weeks (limit { $limit }).
exposure-quick_returns_7_d = { $value } times in 7 days the rest between two shifts was too short (limit { $limit }).
exposure-noise_lex8h_dba = Noise reached { $value } dB(A) (limit { $limit }).
exposure-noise_lex40h_dba = Noise over the week reached { $value } dB(A) (limit { $limit }).
exposure-wbgt_c = Heat reached { $value } °C WBGT (limit { $limit } °C).
exposure-violence_events_7_d = Violence at work was reported { $value } times in 7 days.
exposure-days_since_incident = Violence or an accident was reported { $value } days ago.
exposure-days_since_return = Work was taken up again { $value } days ago, after a long absence.

## Workers, and who is not seen

case-to-worker = All of { $worker } over time
worker-title = Worker { $worker }
worker-place = { $unit }, { $site }
worker-hrv = Night-time HRV
worker-consent = Consent
worker-zone = Time zone
worker-cases = Cases
worker-no-cases = No case is known of this worker.
worker-case-open = since { $from }
worker-case-ended = { $from } to { $to }
worker-summary-note = In words of the service, as it would judge now.
worker-no-evidence = Your role does not see the evidence of this worker.
consent-given = given
consent-refused = refused or withdrawn
hrv-learning = too few nights to know the usual
hrv-normal = as usual
hrv-watch = low on some nights
hrv-persistent = persistently low
hrv-stale = too few valid nights lately
quality-title = Data quality, last four weeks
quality-nights = { $nights } of { $of }
quality-any = Nights with any data
quality-valid = Nights with valid HRV
quality-sleep = Nights with sleep
quality-signal = Signal quality of the valid nights
quality-windows = Windows a valid night
quality-last = Last night with data
quality-last-valid = Last valid night
devices-title = Wristbands
devices-none = No wristband has given a valid night yet.
devices-caption = By nights with valid HRV, the latest first
devices-name = Wristband
devices-first = First night
devices-last = Last night
devices-nights = Nights
devices-unnamed = without a name
devices-provider = the vendor's nightly value
unseen-why = Why
unseen-days = Silent after so many days
unseen-counts = How many
unseen-total = { $count } of { $of } workers are not seen.
unseen-enrolled = Enrolled
unseen-sum = Together
unseen-list = Who
unseen-nobody = Everybody here is seen.
unseen-since = Since
unseen-do = What to do
unseen-has-case = a case is open
unseen-no_consent = No consent
unseen-never = Nothing ever came
unseen-silent = Silent
unseen-stale = Too few valid nights
unseen-too_few = Never enough nights
unseen-do-no_consent = Taking part is voluntary. Ask only if consent was forgotten in the register.
unseen-do-never = Was a wristband handed out, and is it paired with this name?
unseen-do-silent = Ask whether the wristband is worn and charged; look at the source below.
unseen-do-stale = Ask whether it is worn at night and sits well.
unseen-do-too_few = Ask what keeps the wristband off at night; offer another one.
sources-title = Sources
sources-hint = When each was last heard of since the service started; the longest silent first.
sources-none = No source was heard of since the service started.
sources-name = Source
sources-last = Last heard of

## Sites and units

units-on = As of { $date }, the same for the whole day.
units-how = How the figures are protected
units-least = A figure of health rests on at least { $least } workers, one of work processes on at least 5.
units-missing = A dash rests on too few, would tell of one or two people, or would let another dash be computed.
units-rounded = Workers are counted in fives, shares and rates are whole numbers.
units-publish = Do not publish figures of several days in one month: their difference may be one person’s.
units-none = There is no site with workers in units yet.
units-site = Site { $site }
units-small-site = This site has fewer than 30 workers, so its units are not shown.
units-whole = the whole site
units-workers = Enrolled
units-at-least = { $workers } or more
units-few = fewer than 10
units-table-0 = Taking part
units-table-1 = What is seen today
units-table-2 = Cases: share of workers with an open one, and those opened per 100 worker-months in the last { $weeks } weeks
units-table-3 = What came of it in the last { $weeks } weeks
units-responses = Response: hours that half of the cases took / that nine in ten took / share within the time limit
units-rules = Rules about units that match
units-no-rule = None matches, or what it rests on may not be told.
units-for-work = For the work
units-to-offer = To offer
figure-active_share = Data in the last 7 days
figure-valid_share = Enough valid nights
figure-watch_or_worse_share = HRV low on some nights or persistently
figure-persistent_share = HRV persistently low
figure-exposed_share = Over a limit of working conditions
figure-eri_mean = Effort to reward, mean
figure-open_l2_share = Open, L2
figure-open_l3_share = Open, L3
figure-open_l4_share = Open, L4
figure-opened_l2_rate = Opened, L2
figure-opened_l3_rate = Opened, L3
figure-opened_l4_rate = Opened, L4
figure-positive_share = Questionnaire over its cut-off, of those who filled one in
figure-accepted_share = Offers of counselling taken, of those answered
figure-improved_share = Reliably better since counselling began
figure-recovered_share = of them under the cut-off again
figure-deteriorated_share = Reliably worse since counselling began
figure-data_error_share = Ended as an error of the data, of cases ended

## The service itself

nav-settings = Settings
system-state = State
system-ready = The service does its work.
system-not-ready = The service does not do all of its work:
system-mqtt = MQTT broker
system-connected = connected
system-not-connected = not connected
system-reconnects = Reconnections
system-lag = Rows not applied yet
system-store = On disk
system-version = Version
system-rules-version = Version of the rules
system-clock = The machine’s clock was set by { $seconds } s. The service goes on by the time that passed.
system-clock-hint = Look at the clock first. Where it is wrong, set it right instead.
system-accept-clock = The clock is right: believe it
system-choose = Choose
system-choose-one = Choose { $id }
system-retry-chosen = Try what is chosen again
system-discard-chosen = Throw what is chosen away
system-done-retry-refused = Taken now: { $done }; refused again: { $left }.
system-done-discard-refused = Thrown away: { $done }; not there any more: { $left }.
system-done-retry-dead = Sent again: { $done }; left: { $left }.
system-done-discard-dead = Thrown away: { $done }; kept, because of a crisis or still waiting: { $left }.
system-done-accept-clock = Steps of the clock accepted: { $done }; left: { $left }.
quarantine-title = What was refused
quarantine-total = In quarantine: { $count }
quarantine-counted = Reasons of the newest { $count }
quarantine-caption = The newest first; what they hold is not shown.
quarantine-when = Came
quarantine-reason = Reason
quarantine-detail = Detail
quarantine-hint = Mend the reason first, then try again. What is thrown away does not come back.
outbox-title = Deliveries
outbox-channel = Channel
outbox-pending = Waiting
outbox-dead = Given up
outbox-receiver = Receiver
receiver-up = reachable
receiver-down = not reachable
receiver-unknown = not known
receiver-not_configured = not configured any more
outbox-dead-letters = Dead letters
outbox-no-dead = Nothing was given up.
outbox-event = Event
outbox-attempts = Attempts
outbox-given-up = Given up
outbox-error = Last error
outbox-crisis = crisis
outbox-with-crises = Throw those of a crisis away, too. Somebody has told the people concerned in another way.
settings-hint = As the service was started; secrets, people and addresses of receivers are left out.
settings-key = Key
settings-value = Value
rules-version = Version { $version }. They change with the rule file; the service takes it again at SIGHUP.
rules-in-words = Rules
rules-limits = Time limits
rules-cutoffs = Cut-offs
rules-library = Methods of the library
rules-method = step { $step }, { $weeks } weeks
rules-for = For:

## What changed in the inbox

inbox-changed = changed
inbox-changed-only = New or changed only
inbox-told = Cases: { $count }. New or changed since you looked at them: { $news }.
inbox-pages = Pages of the inbox
inbox-part = { $first } to { $last } of { $count }
inbox-earlier = More urgent ones
inbox-later = Less urgent ones

## What other rules would have done

field-what_if = what other rules would have done
audit-what-what_if = asked what other rules would have done
what-if-title = What if a rule were another?
what-if-meaning = Change a rule here and see what the stored history would have given. Nothing changes in the service.
what-if-last = What was asked last
what-if-is-off = switched off
what-if-on = Switched on
what-if-off-hint = Without it the other rules judge alone; level and numbers then count for nothing.
what-if-level = Level
what-if-raise = for { $level }
what-if-ask = Look back
what-if-back = Back to the rules
what-if-asked = Rule { $rule }
what-if-old = In force
what-if-new = Changed
what-if-running = Looking back: { $looked } of { $of } workers. It takes two minutes at most; questions of others come first where they were earlier.
what-if-again = Look again
what-if-failed = It could not be looked at. Ask again.
what-if-none = Nothing was asked yet, or it is more than an hour ago.
what-if-looked = { $looked } workers were looked back on.
what-if-days = From { $from } to { $to }.
what-if-cut = The time was up before everybody was looked at. The figures are of those who were, drawn without regard to who they are.
what-if-how = What is assumed, and how the figures are protected
what-if-assumed = Every item counts on its own day, and a case ends when its actions are due. A case that was known on the first day may be older and counts in no figure.
what-if-left-out = Workers who pause or have withdrawn are not looked at. Crises stay as they are.
what-if-least = A figure rests on at least { $least } workers and on three or more with such a case.
what-if-dash = A dash would tell of fewer, also by the difference between both sides or between units.
what-if-caption = In force → changed (difference)
what-if-a-week = Cases a week
what-if-per-100 = Cases per 100 worker-months
what-if-workers = Whose cases would be others
what-if-nobody = Nobody’s cases would be others.
what-if-outcome = What changes
what-if-only_old = no case any more
what-if-only_new = a case that there was not
what-if-other_level = another level
what-if-older = may be older
what-if-more = And { $count } more, who are not named.

## Sign-in through an OpenID provider

openid-button = Sign in with the account of your organisation
openid-or = Or without a password of Vagus
openid-passwords = With a password, administrators alone sign in here.
openid-away = The sign-in service of your organisation does not answer as it should right now. Try again in a moment. Whoever has a password of Vagus can sign in with that.
openid-stale = This sign-in was not begun in this browser, or it took longer than ten minutes. Begin again.
openid-declined = The sign-in service of your organisation did not sign you in. Begin again, or ask whoever looks after your account there.
openid-untrue = The answer of the sign-in service could not be trusted, so nobody was signed in. Begin again; if it stays so, tell whoever runs Vagus.
openid-ungranted = Your organisation knows you, but nothing in Vagus is open to you. Ask the administrator of Vagus if you need it; this attempt was noted.
openid-unnamed = Your organisation gives you no name that Vagus can use. Ask the administrator of Vagus; this attempt was noted.
openid-taken = There is an account of your name in Vagus that is not tied to your organisation. Ask the administrator of Vagus; this attempt was noted.
openid-disabled = Your account in Vagus is switched off. Ask the administrator of Vagus; this attempt was noted.
openid-failed = Your account could not be kept. Try again in a moment, or ask whoever runs Vagus.
openid-password-elsewhere = You sign in through your organisation, so you have no password here. Change it there.
openid-account = signs in through the organisation
openid-account-hint = The OpenID provider signs this account in. Its role, sites and password are changed there; here it can be switched off and on.
role-openid = OpenID provider
## Taking part, by the worker's own choice

audit-what-own_choice_pause = paused by their own choice
audit-what-own_choice_withdraw = withdrew by their own choice
audit-what-own_choice_resume = takes part again by their own choice
own-choice-paused = Pausing since { $date }, by their own choice.
own-choice-withdrawn = Withdrawn since { $date }, by their own choice.
taking-part-title = Taking part
taking-part-yes = You take part.
taking-part-refused = The register says that you do not take part, so nothing is taken in. Occupational health can change that if you want it.
taking-part-free = Taking part is voluntary. Whatever you choose, nothing is held against you: managers and colleagues are not told, and occupational health sees it as your choice, without a reason.
taking-part-pause = Pause
taking-part-withdraw = Withdraw
taking-part-resume = Take part again
taking-part-nothing-taken = From now on nothing is taken in that your wristband, questionnaires or rosters send, and nothing of it is kept for later.
taking-part-crisis = Answers to questionnaires are not seen either, also where they speak of an emergency. Then turn to somebody yourself: occupational health, a doctor, the emergency number.
taking-part-stays = What is known so far stays, and an open case goes on. You can take a copy of it below.
taking-part-pause-ends = It lasts until you end it here. Occupational health makes a new link to this page for you whenever you ask.
taking-part-withdraw-ends = It is for good, unless you say otherwise here. If what is known shall be erased as well, tell occupational health.
taking-part-resumes = From now on what your wristband, questionnaires and rosters send is taken in again; what came meanwhile is not.
taking-part-understood = I have read what this means.
taking-part-pause-do = Pause now
taking-part-withdraw-do = Withdraw now
taking-part-resume-do = Take part again now
unseen-paused = Pausing
unseen-withdrawn = Withdrawn
unseen-do-paused = Nothing: it is the worker’s own choice.
unseen-do-withdrawn = Nothing: it is the worker’s own choice.

## Copies of what is kept

export-title = A copy
export-meaning = Everything that is kept and may be seen here, for other programs. That it was taken is written down.
export-all = One document (JSON)
export-tables = Single lists for a spreadsheet (CSV)
export-nights = Nights
export-windows = Single windows of HRV and heart rate
export-sleeps = Sleep
export-nightly = Vendors’ values of a night
export-exposures = Working conditions
export-tags = What was said of a day
export-screenings = Questionnaires
export-accesses = Who looked
