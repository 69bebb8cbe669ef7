# Vagus in Vietnamese. Keys are the same in every file of this folder; a test holds it.

## Dates and numbers

format-date = { $day2 }/{ $number2 }/{ $year }
format-moment = { $time }, { $date }
format-decimal-mark = ,
month-1 = thg 1
month-2 = thg 2
month-3 = thg 3
month-4 = thg 4
month-5 = thg 5
month-6 = thg 6
month-7 = thg 7
month-8 = thg 8
month-9 = thg 9
month-10 = thg 10
month-11 = thg 11
month-12 = thg 12
span-days = { $count } ngày
span-hours = { $count } giờ
span-minutes = { $count } phút
count-cases = { $count } trường hợp

## Every page

skip-to-content = Chuyển đến nội dung chính
nav-main = Điều hướng chính
nav-inbox = Việc cần xử lý
nav-unseen = Người chưa theo dõi được
nav-units = Đơn vị
nav-rules = Quy tắc
nav-system = Hệ thống
nav-audit = Nhật ký truy vết
nav-accounts = Tài khoản
sign-out = Đăng xuất
signed-in-as = { $name }, { $role }
language = Ngôn ngữ
language-set = Chọn
demo-banner = Bản trình diễn: tất cả người lao động ở đây đều là giả định.
none = không có
unknown = không rõ

## Signing in

sign-in-title = Đăng nhập Vagus
sign-in-name = Tên đăng nhập
sign-in-password = Mật khẩu
sign-in-button = Đăng nhập
sign-in-wrong = Tên đăng nhập hoặc mật khẩu không đúng.
sign-in-wait = Đã thử quá nhiều lần. Vui lòng thử lại sau { $wait }.
password-title = Đặt mật khẩu riêng
password-why = Mật khẩu vừa dùng để đăng nhập là do người khác cấp.
password-new = Mật khẩu mới
password-again = Nhập lại mật khẩu mới
password-button = Lưu
password-rule = Ít nhất 15 ký tự; nên dùng cả một câu cho dễ nhớ.
password-too-short = Mật khẩu chưa đủ 15 ký tự.
password-too-long = Mật khẩu dài quá 256 ký tự.
password-differs = Hai lần nhập không giống nhau.

## Accounts

accounts-title = Tài khoản
accounts-caption = Những người được đăng nhập
accounts-name = Tên đăng nhập
accounts-name-hint = Chữ cái không dấu, chữ số và . _ -
accounts-role = Vai trò
accounts-sites = Cơ sở
accounts-sites-all = Tất cả cơ sở
accounts-sites-named = Chỉ các cơ sở này, cách nhau bằng dấu phẩy
accounts-state = Trạng thái
accounts-do = Thay đổi
accounts-active = đang dùng
accounts-one-time = đang có mật khẩu dùng một lần
accounts-disabled = đã khóa
accounts-change-of = Thay đổi { $name }
accounts-change = Lưu vai trò và cơ sở
accounts-disable = Khóa
accounts-enable = Mở khóa
accounts-reset = Mật khẩu dùng một lần mới
accounts-new = Tài khoản mới
accounts-add = Tạo tài khoản
accounts-done = Đã thay đổi { $name } và đăng xuất khỏi mọi nơi.
accounts-password-of = Mật khẩu dùng một lần của { $name }:
accounts-password-once = Chỉ hiển thị lần này. Khi đăng nhập lần đầu phải đặt mật khẩu riêng.
accounts-wrong-name = Tên không hợp lệ: cần chữ cái không dấu, chữ số và . _ -, tối đa 64 ký tự.
accounts-wrong-site = Tên cơ sở không hợp lệ: cần chữ cái không dấu, chữ số, - và _.
accounts-wrong-sites = Hãy ghi các cơ sở hoặc đánh dấu tất cả: chỉ một trong hai.
accounts-wrong-role = Không có vai trò này.
accounts-wrong-unknown = Không có tài khoản này, hoặc thuộc cơ sở không do bạn phụ trách.
accounts-wrong-exists = Tên đăng nhập này đã có.
accounts-wrong-last = Đây là quản trị viên cuối cùng; hãy tạo người khác trước.
accounts-wrong-failed = Không thể thay đổi.
sign-out-all = Đăng xuất khỏi mọi nơi
sign-out-all-why = Nếu một trình duyệt bạn đã dùng không còn trong tay bạn:

## Audit and emergencies

audit-title = Nhật ký truy vết
audit-lines = Ai đã xem và làm gì, mới nhất trước
audit-person = Người
audit-none = Không có dòng nào phù hợp bộ lọc.
audit-fields = Nội dung đã xem
audit-outcome = Kết quả
audit-pages = Các trang nhật ký
audit-page = Trang { $page }
audit-newer = Mới hơn
audit-older = Cũ hơn
audit-what-read = xem
audit-what-deed = thao tác
audit-what-sign_in = đăng nhập
audit-what-sign_out = đăng xuất
audit-what-account = thay đổi tài khoản
audit-what-export = lấy bản sao
audit-what-erase = xóa
audit-what-worker_link = tạo liên kết cho người lao động
audit-what-break_glass = mở khẩn cấp
audit-what-break_glass_reviewed = xem lại lần mở khẩn cấp
audit-outcome-granted = cho phép
audit-outcome-denied = từ chối
audit-outcome-failed = thất bại
role-worker = chính người lao động
field-case = trường hợp
field-evidence = căn cứ
field-answers = từng câu trả lời
field-notes = ghi chú
field-worker = chất lượng dữ liệu và thiết bị
field-review = rà soát khối lượng công việc
field-groups = số liệu nhóm
field-rules = quy tắc
field-system = hệ thống
field-accounts = tài khoản
field-audit = nhật ký truy vết
field-emergency = lý do mở khẩn cấp
glass-title = Mở khẩn cấp
glass-what = Bạn không được giao trường hợp khủng hoảng này. Khi nêu lý do, bạn được xem trong một giờ: { $fields }.
glass-reason = Lý do
glass-hint = Ít nhất 10 ký tự. Trưởng bộ phận y tế lao động sẽ xem lại trong vòng 24 giờ.
glass-open = Mở
glass-list = Các lần mở khẩn cấp
glass-list-hint = Cần xem lại trong vòng 24 giờ.
glass-list-none = Không có gì cần xem lại.
glass-because = Lý do: { $reason }
glass-due = Hạn xem lại: { $left }
glass-review = Tôi đã xem lại
glass-reviewed = { $person } đã xem lại, { $time } UTC

## Single answers

answers-title = Từng câu trả lời
answers-note = Chỉ ghi số câu; nội dung câu hỏi nằm trong bảng hỏi.
answers-none = Chưa có bảng hỏi nào được điền từng câu.
answers-of = { $instrument }, { $date }
answers-item = Câu
answers-answer = Trả lời
answers-missing = bỏ trống

## A worker's own page

link-make = Tạo liên kết đến trang riêng của người lao động
link-title = Liên kết cho { $worker }
link-once = Chỉ đưa cho chính người lao động. Liên kết chỉ hiển thị lần này và chỉ dùng được một lần.
link-until = Dùng được đến { $time }.
me-title = Dữ liệu của bạn
me-who = Bạn là { $worker } tại { $site }.
me-half-hour = Trang này sẽ đóng sau nửa giờ.
me-knock = Liên kết này chỉ dùng được một lần. Hãy mở ở nơi không có người khác nhìn vào.
me-open = Mở trang của tôi
me-over = Liên kết đã được dùng, đã quá hạn, hoặc đã hết nửa giờ. Hãy xin bộ phận y tế lao động liên kết mới.
me-download = Tải về toàn bộ
me-leave = Đóng
me-meaning = Mọi số liệu đều so với mức thường ngày của chính bạn. Đây không phải là chẩn đoán. Nếu lo lắng, hãy trao đổi với bộ phận y tế lao động.
me-reads = Ai đã xem dữ liệu của bạn
me-reads-none = Chưa có ai.

## Problems

problem-title = Chưa thực hiện được
problem-404 = Không có nội dung nào ở địa chỉ này, hoặc tài khoản này không được quyền xem.
problem-403 = Vai trò này không được phép thực hiện thao tác đó.
problem-400 = Biểu mẫu chưa được điền đúng yêu cầu.
problem-409 = Nội dung này vừa được người khác thay đổi. Vui lòng xem lại rồi quyết định.
problem-500 = Hệ thống gặp lỗi, lỗi đã được ghi lại. Vui lòng thử lại sau giây lát.
problem-503 = Dịch vụ đang dừng hoặc đang khởi động. Vui lòng thử lại sau giây lát.
problem-csrf = Biểu mẫu này được mở từ trước phiên đăng nhập hiện tại. Vui lòng mở lại trang và gửi lại.
back-to-inbox = Về danh sách việc cần xử lý

## Roles

role-physician = bác sĩ bệnh nghề nghiệp
role-counsellor = chuyên viên tham vấn tâm lý
role-duty_clinician = bác sĩ trực
role-oh_lead = phụ trách y tế lao động
role-oh_head = trưởng bộ phận y tế lao động
role-manager = người quản lý
role-safety_committee = hội đồng an toàn, vệ sinh lao động
role-operator = nhân viên vận hành hệ thống
role-administrator = quản trị viên

## Cases

level-L2 = trung bình
level-L3 = cao
level-L4 = khủng hoảng
state-open = chờ tiếp nhận
state-acknowledged = đã tiếp nhận
state-assessed = đã đánh giá
state-planned = đã có kế hoạch
state-in_action = đang thực hiện
state-follow_up = đang theo dõi tiếp
state-referred = đã chuyển gửi
state-closed = đã kết thúc
state-declined_by_worker = người lao động từ chối
state-not_work_related = không liên quan đến công việc
state-data_error = lỗi dữ liệu
milestone-acknowledge = tiếp nhận
milestone-assess = đánh giá
milestone-plan = thống nhất kế hoạch
milestone-first_action = bắt đầu biện pháp
milestone-follow_up = theo dõi tiếp
milestone-close_review = đánh giá tổng kết
action-workload_review = Rà soát khối lượng công việc
action-counseling = Tham vấn tâm lý
step-requested = đã đề nghị
step-accepted = đã đồng ý
step-started = đã bắt đầu
step-done = đã hoàn thành
step-declined = đã từ chối
left = còn { $span }
over = quá hạn { $span }

## Inbox

inbox-title = Việc cần xử lý
inbox-empty = Hiện không có trường hợp nào cần xử lý.
inbox-empty-filtered = Không có trường hợp nào phù hợp với bộ lọc.
inbox-caption = Các trường hợp đang mở, khẩn cấp nhất xếp trước
inbox-filter = Bộ lọc
inbox-all = tất cả
inbox-site = Cơ sở
inbox-unit = Đơn vị
inbox-level = Mức độ
inbox-mine = Chỉ việc của tôi
inbox-overdue = Chỉ việc quá hạn
inbox-apply = Lọc
inbox-new = mới
inbox-keys = Phím tắt: j và k để di chuyển, Enter để mở.
column-urgency = Mức độ
column-worker = Người lao động
column-unit = Đơn vị
column-next = Hạn tiếp theo
column-state = Trạng thái
column-in-charge = Phụ trách
column-actions = Biện pháp
nobody = chưa phân công

## Case

case-title = Trường hợp của { $worker }
case-meta = { $unit }, { $site }; trường hợp số { $episode } của người lao động này
case-opened = Thời điểm mở
case-in-charge = Phụ trách
case-rules = Quy tắc kích hoạt
case-ended = Thời điểm kết thúc
case-summary = Tóm tắt tình hình đến nay
case-summary-note = Do hệ thống tự động soạn; có thể đã có dữ liệu mới kể từ khi mở trường hợp.
case-no-evidence = Vai trò này không được xem dữ liệu căn cứ của trường hợp.
case-actions = Hai biện pháp
case-no-review = Trường hợp khủng hoảng không tự động kèm theo rà soát khối lượng công việc.
case-no-counselling = Không có tham vấn tâm lý.
case-limits = Thời hạn
case-no-limits = Hiện không có thời hạn nào.
case-history = Quá trình xử lý
case-history-when = Thời gian
case-history-who = Người thực hiện
case-history-what = Nội dung
case-history-note = Ghi chú
case-evidence = Diễn biến dữ liệu theo thời gian
case-do = Thao tác có thể thực hiện
case-note = Ghi chú
case-note-hint = Được lưu vào hồ sơ của trường hợp, kèm tên người ghi; bắt buộc khi kết thúc trường hợp khủng hoảng.
case-add-note = Lưu ghi chú
case-assign = Phân công
case-assign-whom = Người phụ trách
case-assign-of = Phạm vi
case-assign-case = toàn bộ trường hợp
case-method = Phương pháp
case-due = Hạn bắt đầu
case-assignee = Người thực hiện
case-live-again = Cập nhật lúc { $time }
move-acknowledged = Tiếp nhận
move-assessed = Đã đánh giá xong
move-planned = Đã thống nhất kế hoạch
move-in_action = Đã bắt đầu biện pháp
move-follow_up = Chuyển sang theo dõi tiếp
move-referred = Chuyển gửi
move-closed = Kết thúc trường hợp
move-declined_by_worker = Kết thúc: người lao động từ chối
move-not_work_related = Kết thúc: không liên quan đến công việc
move-data_error = Kết thúc: lỗi dữ liệu
progress-accepted = Đã đồng ý
progress-started = Đã bắt đầu
progress-done = Đã hoàn thành
progress-declined = Đã từ chối
do-follow-up = Đã hỏi người lao động về hiệu quả
do-request-review = Đề nghị rà soát khối lượng công việc
do-choose = Chọn phương pháp
done-moved = Trạng thái mới của trường hợp: { $state }.
done = Đã thực hiện.
refused = Chưa thực hiện được: { $problem }

## Pictures

chart-hrv = Biến thiên nhịp tim ban đêm (HRV: RMSSD, ms) so với mức thường ngày của chính người này
chart-hr = Tần số tim khi ngủ (nhịp/phút)
chart-sleep = Thời gian ngủ và nhu cầu ngủ (giờ)
chart-index = Chỉ số căng thẳng tổng hợp (50 là mức thường ngày)
chart-work = Số giờ làm việc
chart-screenings = Bộ câu hỏi sàng lọc
chart-table = Xem dạng bảng
chart-night = Đêm đó
chart-usual = Mức thường ngày
chart-band = Khoảng thường ngày
chart-need = Nhu cầu
chart-value = Giá trị
chart-date = Ngày
chart-no-data = Chưa nhận được dữ liệu.
chart-raised = Mở trường hợp
screening-score = { $instrument }: { $score }

## History of a case

event-raised = nâng lên mức { $level }
event-moved = trạng thái mới: { $state }
event-progress = { $action }: { $step }
event-action-added = đã yêu cầu { $action }
event-leads = { $person } phụ trách trường hợp này
event-carries-out = { $person } thực hiện: { $action }
event-remarked = ghi chú
event-evidence-added = thêm quy tắc phù hợp: { $rules }
event-method-chosen = { $action }: đã chọn { $method }
event-followed-up = đã hỏi người lao động biện pháp có giúp ích không
event-told = thời hạn “{ $limit }”: { $stage }
event-reviewed = { $action }, đánh giá ở tuần { $week }: { $advice }
event-invited = đã mời trả lời { $instruments }
stage-reminder = nhắc
stage-overdue = quá hạn
stage-escalated = quá hạn thêm một nửa
advice-maintain = tiếp tục
advice-intensify = tăng cường
advice-switch = đổi phương pháp
advice-step_up = nâng một bậc chăm sóc
advice-close = kết thúc trường hợp
advice-measure = đề nghị trả lời bảng hỏi

## The evidence in words

summary-between = { " " }
summary-comma = { ", " }
summary-sentence = { $told }.
summary-prorated = { $told }, trong đó một câu bỏ trống được điền bằng trung bình các câu còn lại.
summary-crisis = Một câu trả lời trong bảng hỏi cho thấy cần có người đủ chuyên môn trò chuyện trực tiếp ngay hôm nay. Câu trả lời như vậy không hiếm và phần lớn không phải tình huống cấp cứu; chỉ trò chuyện mới biết được.
summary-test = Tin này chỉ để thử xem tin có đến nơi không. Không ai cần làm gì.
summary-stands = Dữ liệu đến muộn đã thay đổi căn cứ của trường hợp này; mức vẫn giữ nguyên.
summary-fell = Dữ liệu đến muộn đã thay đổi căn cứ của trường hợp này: trước là { $told }, theo những gì biết hiện nay sẽ là { $found }. Trường hợp vẫn mở cho đến khi người phụ trách kết thúc.
summary-closed = Trường hợp đã kết thúc.
summary-screening = { $instrument } đạt { $score } điểm ngày { $date }
summary-screening-band = { $instrument } đạt { $score } điểm ngày { $date } ({ $band })
band-minimal = tối thiểu
band-mild = nhẹ
band-moderate = vừa
band-moderately_severe = khá nặng
band-severe = nặng
summary-hrv = Trong 7 đêm gần nhất ({ $nights } đêm dùng được), biến thiên nhịp tim ban đêm { $side } mức thường ngày của người này { $change } %, { $state }.
summary-below = thấp hơn
summary-above = cao hơn
summary-hrv-persistent = và thấp trong phần lớn các đêm kể từ khi bắt đầu
summary-hrv-watch = thấp trong vài đêm
summary-hrv-normal = trong khoảng thường ngày
summary-hrv-learning = Chưa thể so sánh biến thiên nhịp tim ban đêm: còn quá ít đêm của vòng đeo này.
summary-hrv-stale = Có quá ít đêm gần đây để nhận định về biến thiên nhịp tim ban đêm.
summary-hrv-illness = Tạm không xét biến thiên nhịp tim ban đêm: người này báo bị ốm.
summary-hrv-irregular = Tạm không xét biến thiên nhịp tim ban đêm: nhịp đập không đều.
summary-heart = Trong 7 ngày, nhịp tim khi ngủ cao hơn mức thường ngày của người này { $spreads } độ lệch chuẩn.
summary-sleep = Trung bình ngủ { $slept } giờ mỗi đêm (nhu cầu thường ngày { $need } giờ; thiếu { $debt } giờ trong 14 ngày).
summary-sleep-poor = Trung bình ngủ { $slept } giờ mỗi đêm (nhu cầu thường ngày { $need } giờ; thiếu { $debt } giờ trong 14 ngày) và ngủ kém trong phần lớn một tuần.
summary-index = Chỉ số căng thẳng tổng hợp là { $value }, mức thường ngày của người này là 50 ({ $parts }).
component-hrv = biến thiên nhịp tim ban đêm
component-rhr = nhịp tim khi ngủ
component-debt = thiếu ngủ so với nhu cầu
component-cont = giấc ngủ gián đoạn
component-reg = giấc ngủ thất thường
summary-other = Biến thiên nhịp tim thấp như vậy cũng gặp khi ốm, uống rượu bia hoặc tập luyện nặng.
summary-other-reported = Biến thiên nhịp tim thấp như vậy cũng gặp khi ốm, uống rượu bia hoặc tập luyện nặng (những ngày này có báo: { $said }).
summary-chance = Ở người khỏe mạnh, chỉ do ngẫu nhiên, biến thiên nhịp tim cũng thấp kéo dài khoảng { $times } lần mỗi năm.
tag-alcohol = uống rượu bia
tag-illness = ốm
tag-late_exercise = tập luyện muộn
tag-travel = đi xa
tag-pregnancy = mang thai
tag-medication_change = đổi thuốc
tag-off_work = nghỉ làm
hint-chronic = Biến thiên nhịp tim đã thấp hơn bốn tuần: mức dùng để so sánh có còn phù hợp không?
hint-high_side = Vài đêm cao bất thường: hãy kiểm tra vòng đeo, và hỏi bác sĩ nếu còn kéo dài.
hint-irregular_rhythm = Nhịp đập của vài đêm không đều, do nhịp tim hoặc do cách đeo: nên cân nhắc khám.
hint-new_normal = Mức đã thay đổi từ vài tuần trước và giữ nguyên: có thay đổi về cuộc sống, sức khỏe hay vòng đeo không?
hint-possible_illness = Tim đập nhanh khi ngủ như lúc ốm; người này không báo bị ốm.
exposure-weekly_hours = Làm việc { $value } giờ mỗi tuần (giới hạn { $limit } giờ).
exposure-overtime_days = Làm thêm giờ { $value } ngày liên tiếp (giới hạn { $limit }).
exposure-overtime_noise_lex8h_dba = Trong một ngày làm thêm đó, tiếng ồn đạt { $value } dB(A) (giới hạn { $limit }).
exposure-consecutive_work_days = Làm việc { $value } ngày liền không có ngày nghỉ (giới hạn { $limit }).
exposure-consecutive_nights = Làm { $value } ca đêm liên tiếp (giới hạn { $limit }).
exposure-nights_in_28_d = Làm { $value } ca đêm trong 28 ngày (giới hạn { $limit }).
exposure-night_spell_weeks = Làm ca đêm đã kéo dài { $value } tuần (giới hạn { $limit }).
exposure-quick_returns_7_d = Trong 7 ngày có { $value } lần nghỉ giữa hai ca quá ngắn (giới hạn { $limit }).
exposure-noise_lex8h_dba = Tiếng ồn đạt { $value } dB(A) (giới hạn { $limit }).
exposure-noise_lex40h_dba = Tiếng ồn cả tuần đạt { $value } dB(A) (giới hạn { $limit }).
exposure-wbgt_c = Nhiệt độ đạt { $value } °C WBGT (giới hạn { $limit } °C).
exposure-violence_events_7_d = Có { $value } lần báo bạo lực tại nơi làm việc trong 7 ngày.
exposure-days_since_incident = Có báo bạo lực hoặc tai nạn { $value } ngày trước.
exposure-days_since_return = Đi làm lại { $value } ngày trước, sau thời gian nghỉ dài.

## Workers, and who is not seen

case-to-worker = Xem toàn bộ dữ liệu của { $worker }
worker-title = Người lao động { $worker }
worker-place = { $unit }, { $site }
worker-hrv = Biến thiên nhịp tim ban đêm
worker-consent = Sự đồng ý
worker-zone = Múi giờ
worker-cases = Các trường hợp
worker-no-cases = Chưa có trường hợp nào của người này.
worker-case-open = từ { $from }
worker-case-ended = { $from } đến { $to }
worker-summary-note = Do hệ thống soạn, theo dữ liệu hiện tại.
worker-no-evidence = Vai trò của bạn không được xem căn cứ về người này.
consent-given = đã đồng ý
consent-refused = không đồng ý hoặc đã rút lại
hrv-learning = chưa đủ đêm để biết mức thường ngày
hrv-normal = như thường ngày
hrv-watch = thấp ở một số đêm
hrv-persistent = thấp kéo dài
hrv-stale = gần đây quá ít đêm hợp lệ
quality-title = Chất lượng dữ liệu, bốn tuần gần nhất
quality-nights = { $nights } trên { $of }
quality-any = Số đêm có dữ liệu
quality-valid = Số đêm có HRV hợp lệ
quality-sleep = Số đêm có dữ liệu giấc ngủ
quality-signal = Chất lượng tín hiệu của các đêm hợp lệ
quality-windows = Số cửa sổ đo mỗi đêm hợp lệ
quality-last = Đêm gần nhất có dữ liệu
quality-last-valid = Đêm hợp lệ gần nhất
devices-title = Vòng đeo tay
devices-none = Chưa có vòng đeo nào cho một đêm hợp lệ.
devices-caption = Theo các đêm có HRV hợp lệ, mới nhất trước
devices-name = Vòng đeo
devices-first = Đêm đầu tiên
devices-last = Đêm gần nhất
devices-nights = Số đêm
devices-unnamed = không có tên
devices-provider = giá trị mỗi đêm của nhà sản xuất
unseen-why = Lý do
unseen-days = Coi là im lặng sau số ngày
unseen-counts = Số lượng
unseen-total = { $count } trên { $of } người lao động chưa được theo dõi.
unseen-enrolled = Đã đăng ký
unseen-sum = Tổng cộng
unseen-list = Danh sách
unseen-nobody = Mọi người ở đây đều được theo dõi.
unseen-since = Từ khi
unseen-do = Việc cần làm
unseen-has-case = đang có trường hợp mở
unseen-no_consent = Chưa có sự đồng ý
unseen-never = Chưa từng có dữ liệu
unseen-silent = Im lặng
unseen-stale = Quá ít đêm hợp lệ
unseen-too_few = Chưa bao giờ đủ đêm
unseen-do-no_consent = Tham gia là tự nguyện. Chỉ hỏi nếu sổ đăng ký bỏ sót sự đồng ý.
unseen-do-never = Vòng đeo đã được phát và ghép với tên này chưa?
unseen-do-silent = Hỏi xem vòng đeo có được đeo và sạc không; xem nguồn dữ liệu bên dưới.
unseen-do-stale = Hỏi xem ban đêm có đeo và đeo vừa không.
unseen-do-too_few = Hỏi lý do không đeo ban đêm; đề nghị loại vòng khác.
sources-title = Nguồn dữ liệu
sources-hint = Lần cuối nhận được tin từ mỗi nguồn kể từ khi dịch vụ khởi động; nguồn im lặng lâu nhất trước.
sources-none = Chưa nhận được tin từ nguồn nào kể từ khi dịch vụ khởi động.
sources-name = Nguồn
sources-last = Lần cuối nhận tin

## Sites and units

units-on = Tính đến { $date }, giữ nguyên trong cả ngày.
units-how = Số liệu được bảo vệ thế nào
units-least = Số liệu sức khỏe dựa trên ít nhất { $least } người, số liệu quy trình ít nhất 5.
units-missing = Dấu “–”: quá ít người, sẽ tiết lộ một hai người, hoặc sẽ cho phép tính ra một dấu “–” khác.
units-rounded = Số người đếm theo bội số của 5, tỷ lệ làm tròn số nguyên.
units-publish = Không công bố số liệu của nhiều ngày trong một tháng: chênh lệch có thể là của một người.
units-none = Chưa có cơ sở nào có người lao động được phân đơn vị.
units-site = Cơ sở { $site }
units-small-site = Cơ sở này có dưới 30 người nên không hiển thị từng đơn vị.
units-whole = toàn cơ sở
units-workers = Đã đăng ký
units-at-least = từ { $workers } trở lên
units-few = dưới 10
units-table-0 = Tham gia
units-table-1 = Tình trạng hiện nay
units-table-2 = Trường hợp: tỷ lệ người có trường hợp đang mở, và số mở mới trên 100 người-tháng trong { $weeks } tuần qua
units-responses = Phản hồi: số giờ của một nửa trường hợp / của chín phần mười / tỷ lệ đúng hạn
units-rules = Quy tắc về đơn vị đang khớp
units-no-rule = Không có quy tắc nào khớp, hoặc căn cứ không được tiết lộ.
units-for-work = Đối với công việc
units-to-offer = Nên đề nghị
figure-active_share = Có dữ liệu trong 7 ngày qua
figure-valid_share = Đủ đêm hợp lệ
figure-watch_or_worse_share = HRV thấp ở một số đêm hoặc kéo dài
figure-persistent_share = HRV thấp kéo dài
figure-exposed_share = Vượt giới hạn điều kiện làm việc
figure-eri_mean = Tỷ số nỗ lực và đền đáp, trung bình
figure-open_l2_share = Đang mở, L2
figure-open_l3_share = Đang mở, L3
figure-open_l4_share = Đang mở, L4
figure-opened_l2_rate = Mở mới, L2
figure-opened_l3_rate = Mở mới, L3
figure-opened_l4_rate = Mở mới, L4
