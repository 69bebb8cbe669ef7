# Vagus in Simplified Chinese. Keys are the same in every file of this folder; a test holds it.

## Dates and numbers

format-date = { $year }年{ $number }月{ $day }日
format-moment = { $date } { $time }
format-decimal-mark = .
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
span-days = { $count } 天
span-hours = { $count } 小时
span-minutes = { $count } 分钟
count-cases = { $count } 例个案

## Every page

skip-to-content = 跳到主要内容
nav-main = 主导航
nav-inbox = 待办
nav-unseen = 未能监测的人员
nav-units = 部门
nav-rules = 规则
nav-system = 系统
nav-audit = 审计日志
nav-accounts = 账号
sign-out = 退出登录
signed-in-as = { $name }（{ $role }）
language = 语言
language-set = 切换
demo-banner = 演示环境：所有劳动者均为虚构。
none = 无
unknown = 不详

## Signing in

sign-in-title = 登录 Vagus
sign-in-name = 用户名
sign-in-password = 密码
sign-in-button = 登录
sign-in-wrong = 用户名或密码不正确。
sign-in-wait = 尝试次数过多，请在 { $wait }后重试。
password-title = 请设置您自己的密码
password-why = 您刚才登录所用的密码由他人设置。
password-new = 新密码
password-again = 再次输入新密码
password-button = 保存
password-rule = 至少 15 个字符；用一句话作密码更容易记住。
password-too-short = 密码不足 15 个字符。
password-too-long = 密码超过 256 个字符。
password-differs = 两次输入的密码不一致。

## Problems

problem-title = 操作未成功
problem-404 = 该地址没有内容，或您无权查看。
problem-403 = 您的角色无权执行此操作。
problem-400 = 表单填写不符合要求。
problem-409 = 此内容刚刚被他人修改，请重新查看后再作决定。
problem-500 = 系统出现错误，已作记录，请稍后重试。
problem-503 = 服务正在停止或启动，请稍后重试。
problem-csrf = 此表单是在本次登录之前打开的，已经失效。请重新打开页面后再提交。
back-to-inbox = 返回待办

## Roles

role-physician = 职业健康医师
role-counsellor = 心理咨询师
role-duty_clinician = 值班医师
role-oh_lead = 职业健康主管
role-oh_head = 职业健康部门负责人
role-manager = 部门经理
role-safety_committee = 职业健康安全委员会
role-operator = 运维人员
role-administrator = 管理员

## Cases

level-L2 = 中
level-L3 = 高
level-L4 = 危机
state-open = 待接手
state-acknowledged = 已接手
state-assessed = 已评估
state-planned = 方案已定
state-in_action = 实施中
state-follow_up = 随访中
state-referred = 已转介
state-closed = 已结案
state-declined_by_worker = 本人选择不继续
state-not_work_related = 与工作无关
state-data_error = 数据错误
milestone-acknowledge = 接手
milestone-assess = 评估
milestone-plan = 商定方案
milestone-first_action = 启动措施
milestone-follow_up = 随访
milestone-close_review = 结案评估
action-workload_review = 工作负荷评估
action-counseling = 心理咨询
step-requested = 已发起
step-accepted = 已接受
step-started = 已开始
step-done = 已完成
step-declined = 未接受
left = 剩余 { $span }
over = 已超期 { $span }

## Inbox

inbox-title = 待办
inbox-empty = 目前没有需要您处理的个案。
inbox-empty-filtered = 没有符合筛选条件的个案。
inbox-caption = 未结个案，按紧急程度排列
inbox-filter = 筛选条件
inbox-all = 全部
inbox-site = 工作地点
inbox-unit = 部门
inbox-level = 级别
inbox-mine = 仅我负责的
inbox-overdue = 仅已超期的
inbox-apply = 筛选
inbox-new = 新
inbox-keys = 快捷键：j、k 上下移动，Enter 打开。
column-urgency = 级别
column-worker = 劳动者
column-unit = 部门
column-next = 下一时限
column-state = 状态
column-in-charge = 负责人
column-actions = 措施
nobody = 尚未指定

## Case

case-title = { $worker } 的个案
case-meta = { $unit }，{ $site }；该劳动者的第 { $episode } 例个案
case-opened = 建立时间
case-in-charge = 负责人
case-rules = 触发规则
case-ended = 结束时间
case-summary = 目前情况概要
case-summary-note = 由系统自动撰写；个案建立后可能又有新数据。
case-no-evidence = 您的角色无权查看此个案的依据。
case-actions = 两项措施
case-no-review = 危机个案不会自动发起工作负荷评估。
case-no-counselling = 未安排心理咨询。
case-limits = 时限
case-no-limits = 目前没有时限要求。
case-history = 处理记录
case-history-when = 时间
case-history-who = 人员
case-history-what = 事项
case-history-note = 备注
case-evidence = 相关数据变化趋势
case-do = 可进行的操作
case-note = 备注
case-note-hint = 备注将连同您的姓名保存在个案中；结束危机个案时必须填写。
case-add-note = 保存备注
case-assign = 指定负责人
case-assign-whom = 人员
case-assign-of = 负责范围
case-assign-case = 整个个案
case-method = 方法
case-due = 启动期限
case-assignee = 执行人
case-live-again = 更新于 { $time }
move-acknowledged = 接手个案
move-assessed = 评估完成
move-planned = 方案已商定
move-in_action = 措施已启动
move-follow_up = 转入随访
move-referred = 转介
move-closed = 结案
move-declined_by_worker = 结束：本人选择不继续
move-not_work_related = 结束：与工作无关
move-data_error = 结束：数据错误
progress-accepted = 已接受
progress-started = 已开始
progress-done = 已完成
progress-declined = 未接受
do-follow-up = 已向本人了解效果
do-request-review = 发起工作负荷评估
do-choose = 选择方法
done-moved = 个案状态已变更为：{ $state }。
done = 操作成功。
refused = 操作未执行：{ $problem }

## Pictures

chart-hrv = 夜间心率变异性（HRV：RMSSD，ms）与个人基线对比
chart-hr = 睡眠时心率（次/分）
chart-sleep = 睡眠时长与睡眠需要量（小时）
chart-index = 综合紧张指数（50 为个人基线）
chart-work = 工作时长（小时）
chart-screenings = 筛查量表
chart-table = 以表格查看
chart-night = 当夜
chart-usual = 个人基线
chart-band = 基线范围
chart-need = 需要量
chart-value = 数值
chart-date = 日期
chart-no-data = 尚未收到数据。
chart-raised = 个案建立
screening-score = { $instrument }：{ $score }

## History of a case

event-raised = 升至 { $level }
event-moved = 状态变为：{ $state }
event-progress = { $action }：{ $step }
event-action-added = 要求进行{ $action }
event-leads = 由 { $person } 负责本个案
event-carries-out = 由 { $person } 执行：{ $action }
event-remarked = 备注
event-evidence-added = 新增符合的规则：{ $rules }
event-method-chosen = { $action }：已选择{ $method }
event-followed-up = 已询问劳动者措施是否有帮助
event-told = 时限“{ $limit }”：{ $stage }
event-reviewed = { $action }，第 { $week } 周评价：{ $advice }
event-invited = 已邀请填写 { $instruments }
stage-reminder = 提醒
stage-overdue = 已逾期
stage-escalated = 逾期过半
advice-maintain = 继续
advice-intensify = 加强
advice-switch = 更换方法
advice-step_up = 提高一级照护
advice-close = 结案
advice-measure = 请填写量表

## Workers, and who is not seen

case-to-worker = 查看 { $worker } 的全部记录
worker-title = 劳动者 { $worker }
worker-place = { $unit }，{ $site }
worker-hrv = 夜间心率变异性
worker-consent = 知情同意
worker-zone = 时区
worker-cases = 个案
worker-no-cases = 该劳动者没有个案记录。
worker-case-open = 自 { $from } 起
worker-case-ended = { $from } 至 { $to }
worker-summary-note = 由系统生成，按当前数据评价。
worker-no-evidence = 您的角色无权查看该劳动者的依据。
consent-given = 已同意
consent-refused = 未同意或已撤回
hrv-learning = 夜数不足，基线尚未建立
hrv-normal = 与个人基线相符
hrv-watch = 部分夜间偏低
hrv-persistent = 持续偏低
hrv-stale = 近期有效夜数不足
quality-title = 近四周数据质量
quality-nights = { $nights } / { $of }
quality-any = 有数据的夜数
quality-valid = HRV 有效的夜数
quality-sleep = 有睡眠记录的夜数
quality-signal = 有效夜间的信号质量
quality-windows = 每个有效夜间的测量窗数
quality-last = 最近一次有数据的夜间
quality-last-valid = 最近一次有效夜间
devices-title = 腕带设备
devices-none = 尚无设备提供有效夜间数据。
devices-caption = 按 HRV 有效夜间统计，最近的在前
devices-name = 设备
devices-first = 首次夜间
devices-last = 最近夜间
devices-nights = 夜数
devices-unnamed = 未命名
devices-provider = 厂商提供的夜间值
unseen-why = 原因
unseen-days = 无数据超过多少天视为失联
unseen-counts = 人数
unseen-total = { $of } 名劳动者中有 { $count } 名未被观察到。
unseen-enrolled = 登记人数
unseen-sum = 合计
unseen-list = 名单
unseen-nobody = 此处所有人均有数据。
unseen-since = 自何时起
unseen-do = 处理建议
unseen-has-case = 有未结个案
unseen-no_consent = 缺少知情同意
unseen-never = 从未收到数据
unseen-silent = 无数据
unseen-stale = 有效夜数不足
unseen-too_few = 始终未达到所需夜数
unseen-do-no_consent = 参加是自愿的。仅在登记册遗漏时询问。
unseen-do-never = 是否已发放设备，并与该名称配对？
unseen-do-silent = 询问是否佩戴并充电；查看下方数据来源。
unseen-do-stale = 询问夜间是否佩戴、佩戴是否合适。
unseen-do-too_few = 询问夜间不佩戴的原因；可提供其他设备。
sources-title = 数据来源
sources-hint = 自服务启动以来各来源的最近通信时间；最久未通信的在前。
sources-none = 自服务启动以来未收到任何来源的数据。
sources-name = 来源
sources-last = 最近通信

## Sites and units

units-on = 截至 { $date }，当日内不变。
units-how = 数据保护方式
units-least = 健康指标至少基于 { $least } 人，流程指标至少基于 5。
units-missing = “–”表示人数过少、会透露一两人的情况，或会使其他“–”可被推算。
units-rounded = 人数以 5 为单位，比例和率取整。
units-publish = 请勿在同一个月内公布多天的数据：差值可能只涉及一个人。
units-none = 尚无已分配单位的场所。
units-site = 场所 { $site }
units-small-site = 该场所少于 30 人，因此不显示各单位。
units-whole = 整个场所
units-workers = 登记人数
units-at-least = 不少于 { $workers }
units-few = 少于 10
units-table-0 = 参与情况
units-table-1 = 当前状况
units-table-2 = 个案：有未结个案者的比例，以及最近 { $weeks } 周每 100 人月新建数
units-responses = 响应：半数个案用时（小时）/ 九成个案用时 / 时限内比例
units-rules = 符合的单位规则
units-no-rule = 无符合的规则，或其依据不可披露。
units-for-work = 工作方面
units-to-offer = 可提供
figure-active_share = 近 7 天有数据
figure-valid_share = 有效夜数足够
figure-watch_or_worse_share = HRV 部分夜间或持续偏低
figure-persistent_share = HRV 持续偏低
figure-exposed_share = 超过工作条件限值
figure-eri_mean = 付出与回报比，均值
figure-open_l2_share = 未结 L2
figure-open_l3_share = 未结 L3
figure-open_l4_share = 未结 L4
figure-opened_l2_rate = 新建 L2
figure-opened_l3_rate = 新建 L3
figure-opened_l4_rate = 新建 L4
